"""Pools of accelerators, their capacity by month, and the products cut from them."""
