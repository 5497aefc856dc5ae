# Values, not configuration. Add a region here and plan.

domain = "example.org"

regions = {
  nl = {
    number  = 1
    core    = "192.0.2.1"
    entries = { one = "203.0.113.1", two = "203.0.113.2" }
  }
  pl = {
    number  = 2
    core    = "192.0.2.2"
    entries = { one = "203.0.113.17", two = "203.0.113.18", three = "203.0.113.19" }
  }
  fi = {
    number  = 3
    core    = "2001:db8:3::1"
    entries = { one = "203.0.113.33" }
  }
}
