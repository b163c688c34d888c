"""Take-backs of awarded computing that lies idle: rule, finding, notice, answer and decision."""
