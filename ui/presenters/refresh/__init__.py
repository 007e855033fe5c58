"""What refreshing costs in words: who watches, how reads are shared, what is sent, what is slow."""
