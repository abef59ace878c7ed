import os

print("hello from", os.getcwd())
