"""The page of the appendix: recall (Table 6), and the search of settings (Appendix C)."""
