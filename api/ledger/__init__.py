"""The ledger over HTTP: known false alarms and registered burns."""
