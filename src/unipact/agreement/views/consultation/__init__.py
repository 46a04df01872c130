"""The pages of the consultation: proposals, evidence under review, disputes, notices."""
