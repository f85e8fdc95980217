"""Those who were there: what they ask from the floor, what they say afterwards, and how they are thanked."""
