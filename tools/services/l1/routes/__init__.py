"""What HTTP sees, one router a subject: a route checks the body, calls one rule and shapes the answer."""
