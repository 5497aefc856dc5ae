# A whole network in one file: three Cores, five Entries, their links and routes,
# and users with devices. Who may read and write what in etcd is in access.hcl.
#
#   sigilform plan  examples/network.hcl     shows what would change
#   sigilform apply examples/network.hcl     asks, then changes it
#
# It works as it is: no variable must be set, and without an `etcd` block the
# network lives in an embedded server, in .sigilform/ beside this file.
# Addresses and domains are those reserved for documentation.

network "example" {
  # Every key of the network lies below this prefix.
  prefix = "/sigilgate/"

  # Least connectivity: an Entry is expendable and may be seized, so it knows
  # only a few Cores.
  max_cores_per_entry = 3
}

# With this block the network lives in a real cluster. A password never stands in
# a file: use a client certificate, or SIGILFORM_PASSWORD_FILE.
#
# etcd {
#   endpoints = ["https://ams.example.net:2379", "https://waw.example.net:2379"]
#   tls {
#     ca_file   = "pki/ca.pem"
#     cert_file = "pki/planner.pem"
#     key_file  = "pki/planner-key.pem"
#   }
# }

# ── Values from outside ──────────────────────────────────────────────────────
# Set them with --var domain=…, with SIGILFORM_VAR_domain, or in a file
# sigilform.vars.hcl beside this one.

variable "domain" {
  description = "The domain under which all nodes have their names."
  type        = string
  default     = "example.net"

  validation {
    condition     = can(regex("^[a-z0-9-]+(\\.[a-z0-9-]+)+$", var.domain))
    error_message = "Give a domain in lower case with at least one dot, like example.net."
  }
}

variable "drained" {
  description = "Entries of the pool that take no traffic for now, by name."
  type        = set(string)
  default     = []
}

variable "operator_credential" {
  description = "Password hash of the operator, as `sigilform hash` prints it."
  type        = string
  sensitive   = true # shown nowhere: a plan says only that it changes
  default     = "$argon2id$v=19$m=19456,t=2,p=1$+mGZX0zjVVcJtGjGAxb8JQ$jd6DQYPcX5fuYv6MWK+bqX79MWZwSfB0rgGcTkjnRIc"
}

# ── Core nodes: the core of the network ──────────────────────────────────────
# Each hosts a member of the etcd cluster. Three members survive the loss of one.

cell "main" {
  domain = "cell.${var.domain}" # a Core is {number}.core.{domain} here
}

core "ams" {
  ip     = "192.0.2.11"
  domain = "ams.${var.domain}"
  region = "nl"
  cell   = cell.main
  number = 1

  # A link is declared on either side and counts for both.
  links = [core.waw, core.hel]

  settings = {
    mtu      = 1420
    loglevel = "info"
  }

  # How others connect to this node.
  tls {
    sni         = "www.${var.domain}"
    fingerprint = "chrome"
    alpn        = ["h2", "http/1.1"]
    min_version = "1.3"
    port        = 443
  }

  etcd {
    name       = "ams"
    peer_url   = "https://192.0.2.11:2380"
    client_url = "https://192.0.2.11:2379"
  }
}

core "waw" {
  ip     = "198.51.100.21"
  domain = "waw.${var.domain}"
  region = "pl"
  cell   = cell.main
  number = 2
  links  = [core.hel]

  tls {
    sni         = "static.${var.domain}"
    fingerprint = "firefox"
    min_version = "1.3"
  }

  etcd {
    name       = "waw"
    peer_url   = "https://198.51.100.21:2380"
    client_url = "https://198.51.100.21:2379"
  }
}

core "hel" {
  ip     = "2001:db8:31::1"
  domain = "hel.${var.domain}"
  region = "fi"
  cell   = cell.main
  number = 3

  # The first gRPC path. The node rotates it every hour; that is its own
  # business, never drift. Left out, the plan chooses one.
  service_name = "api.v2.rpc.5f1c03b2a9d84e76"

  tls {
    sni         = "cdn.${var.domain}"
    fingerprint = "chrome"
  }

  etcd {
    name       = "hel"
    peer_url   = "https://[2001:db8:31::1]:2380"
    client_url = "https://[2001:db8:31::1]:2379"
  }
}

# ── Entry nodes: the periphery that clients connect to ───────────────────────
# Each is administered by exactly one Core: bound_to.

entry "shop" {
  ip       = "203.0.113.101"
  domain   = "shop.${var.domain}"
  region   = "east"
  bound_to = core.ams

  tls {
    sni  = "shop.${var.domain}"
    alpn = ["h2"]
    port = 8443
  }
}

entry "blog" {
  ip       = "203.0.113.102"
  domain   = "blog.${var.domain}"
  region   = "east"
  bound_to = core.waw
}

# Three more that differ only in their values: one block for all of them.
locals {
  pool = {
    one   = { ip = "203.0.113.111", region = "south", home = core.ams }
    two   = { ip = "203.0.113.112", region = "south", home = core.waw }
    three = { ip = "203.0.113.113", region = "west", home = core.hel }
  }

  cores = [core.ams, core.waw, core.hel]
}

entry "pool" {
  for_each = local.pool

  ip       = each.value.ip
  domain   = "${each.key}.pool.${var.domain}"
  region   = each.value.region
  bound_to = each.value.home
}

# ── Routes: the channels from Entries to Cores ───────────────────────────────

route "shop_ams" {
  entry = entry.shop
  core  = core.ams

  # What is said here overrides the Core's own parameters on this route alone.
  tls {
    sni         = "images.${var.domain}"
    fingerprint = "safari"
    alpn        = ["h2", "http/1.1"]
    min_version = "1.2"
  }
}

route "shop_waw" {
  entry = entry.shop
  core  = core.waw
}

route "blog_waw" {
  entry = entry.blog
  core  = core.waw

  tls {
    port = 4443
  }
}

route "pool" {
  for_each = local.pool

  entry  = entry.pool[each.key]
  core   = each.value.home
  status = contains(var.drained, each.key) ? "inactive" : "active"
}

# ── Users and their devices ──────────────────────────────────────────────────
# Ids and device UUIDs are chosen by the plan where a file gives none. Only
# hashes stand here: a plaintext secret is an error. `sigilform hash` makes one.

user "alice" {
  core_nodes       = [core.ams, core.waw]
  credential       = "$argon2id$v=19$m=19456,t=2,p=1$YNXmNXAHAf0u8yg/anVMXw$29J8oE7Tq7xf/nYfBDyscUj/CpNgw/KGKV/GOCRt0Bo"
  hash_telegram_id = "4554f05238fe3d05887344c47dbf64c59e87f3559a988e651fec51b1116e632d"
  access           = ["internet", "support"]

  device "phone" {
    core = core.ams
  }

  device "laptop" {
    uuid = "51329cc7-64c0-4147-a96c-3faeb9a24b8b" # already in the client's profile
    core = core.waw
  }
}

user "bob" {
  core_nodes       = [core.hel]
  credential       = "$argon2id$v=19$m=19456,t=2,p=1$kgqI1Qdr2I73LiesmguQeA$S3KHBIE8j1BaN73GHNWVpCaCdqCmt3DcsZB6RuX651Y"
  hash_telegram_id = "bfcbab76a4cfd5c6ffbaf7bf3e2109ed0e4385468e822a9f5da7274aeee2ed8a"
  access           = ["internet"]

  device "phone" {
    core   = core.hel
    status = "archived" # lost; its route is archived with it
  }

  # Written when bob is created, then left to the people who support him.
  lifecycle {
    ignore_changes = [access]
  }
}

user "operator" {
  core_nodes = local.cores
  credential = var.operator_credential
  access     = ["internet", "operate"]

  # One device on every Core, to see the network as a client does.
  dynamic "device" {
    for_each = { ams = core.ams, waw = core.waw, hel = core.hel }
    labels   = ["probe-${device.key}"]
    content {
      core = device.value
    }
  }
}

# ── What others may read off this configuration: `sigilform output` ──────────

output "entry_domains" {
  description = "Where clients connect to, by name."
  value = merge(
    { shop = entry.shop.domain, blog = entry.blog.domain },
    { for name, e in entry.pool : name => e.domain },
  )
}

output "core_ips" {
  description = "The addresses of all Cores, for a firewall."
  value       = sort([for c in local.cores : c.ip])
}
