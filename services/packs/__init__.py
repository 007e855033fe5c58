"""Review packs: from what is persisted to one archive that an auditor can check offline."""
