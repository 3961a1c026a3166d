"""Published notebooks repeated step by step, so that their figures stand under their right names.

Not an engine: nothing here is judged as the engines judge, and no model of the project is made by it.

    credit_scoring   three models with SMOTE on German credit in codes, one split
"""
