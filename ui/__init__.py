"""What people see: pages, the parts they are made of, and the driver that keeps them live."""
