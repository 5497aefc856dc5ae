# One line of users.csv is one user with one device. A `for_each` is evaluated
# once, not once for each user: ten thousand lines are no matter.

locals {
  people = { for p in csvdecode(file("users.csv")) : p.name => p }

  # The Core of each region, by the name that users.csv uses.
  home = { for name, r in module.region : name => r.node }
}

user "people" {
  for_each = local.people

  # The username is the key, and so the name in the CSV file.
  id         = tonumber(each.value.id)
  credential = each.value.credential
  core_nodes = [local.home[each.value.region]]
  access     = split(" ", each.value.access)

  device "main" {
    # The same person has the same UUID in every plan: derived, not random.
    uuid = uuidv5("dns", "${each.key}.${var.domain}")
    core = local.home[each.value.region]
  }
}
