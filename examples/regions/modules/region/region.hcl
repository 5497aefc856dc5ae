# One region: a Core outside it, and the Entries inside it that the Core
# administers. No Core names links, so all Cores of the network are linked.

core "this" {
  ip     = var.core_ip
  domain = "core.${var.name}.${var.domain}"
  region = var.name
  cell   = var.cell
  number = var.number

  tls {
    sni         = "www.${var.name}.${var.domain}"
    fingerprint = "chrome"
    min_version = "1.3"
  }

  etcd {
    name       = var.name
    peer_url   = "https://core.${var.name}.${var.domain}:2380"
    client_url = "https://core.${var.name}.${var.domain}:2379"
  }
}

entry "edge" {
  for_each = var.entries

  ip       = each.value
  domain   = "${each.key}.${var.name}.${var.domain}"
  region   = var.name
  bound_to = core.this
}

route "edge" {
  for_each = entry.edge

  entry = each.value
  core  = core.this
}
