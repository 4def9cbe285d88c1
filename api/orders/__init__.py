"""Work orders: whom a fire is given to, who is called and when, and what they tell."""
