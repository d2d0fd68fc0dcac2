import Glibc

print("placeholder")
