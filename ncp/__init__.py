"""The National Contact Point gateway: who asks, who answers, what is recorded."""
