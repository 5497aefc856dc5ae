# What may differ between two installations. The values are in
# sigilform.vars.hcl, which is read by itself.

variable "domain" {
  type        = string
  description = "The domain under which all nodes have their names."
}

variable "regions" {
  description = "Each region: the address of its Core and its Entries by name."
  type = map(object({
    number  = number
    core    = string
    entries = map(string)
  }))

  validation {
    condition     = length(var.regions) > 0
    error_message = "A network has at least one region."
  }
}
