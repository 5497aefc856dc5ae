output "entries" {
  description = "The domains of all Entries, by region."
  value       = { for name, r in module.region : name => r.entries }
}

output "people" {
  description = "How many users each region has."
  value       = { for name, r in var.regions : name => length([for p in local.people : p if p.region == name]) }
}
