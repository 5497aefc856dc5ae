# The same language as a folder: all *.hcl files of a folder are one
# configuration. One module makes a region; users come from a CSV file.

network "regions" {
  prefix = "/sigilgate-regions/"
}

# A region is a Core with its Entries: ./modules/region. for_each works on a
# module as it does on an object.
module "region" {
  source   = "./modules/region"
  for_each = var.regions

  name    = each.key
  domain  = var.domain
  number  = each.value.number
  core_ip = each.value.core
  entries = each.value.entries
  cell    = cell.main
}

cell "main" {
  domain = "cell.${var.domain}"
}
