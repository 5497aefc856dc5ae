# What a caller gives, and what it gets.

variable "name" { type = string }
variable "domain" { type = string }
variable "number" { type = number }
variable "core_ip" { type = string }

variable "entries" {
  type        = map(string)
  description = "The addresses of the Entries, by name."
}

variable "cell" {
  type        = cell
  description = "The cell that the Core belongs to: the object itself, not its name."
}

output "node" {
  description = "The Core, to refer to. An output may not bear the name of a kind, like core."
  value       = core.this
}

output "entries" {
  value = { for name, e in entry.edge : name => e.domain }
}
