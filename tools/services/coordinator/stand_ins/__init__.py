"""What the coordinator calls: FOI, ITM and IQube, each as python -m services.coordinator.stand_ins.<name> --port N"""
