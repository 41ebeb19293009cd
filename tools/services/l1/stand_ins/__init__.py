"""What L1 calls: a language model, as python -m services.l1.stand_ins.llm --port N"""
