# Who may read and write what in etcd: roles of the nodes, which follow the
# topology, and people with grants of their own.
#
#   sigilform plan  examples/access.hcl      shows them in words and in ranges of keys
#   sigilform apply examples/access.hcl      makes them in the embedded server
#
# In an embedded server they are only looked at: it serves one process and asks
# nobody for a user. In a cluster, where its members were started with
# --client-cert-auth, set enforce = true and apply as root.

network "guarded" {
  prefix = "/guarded/" # beside the network of network.hcl, in the same embedded server
}

cell "main" {
  domain = "cell.example.net"
}

core "ams" {
  ip     = "192.0.2.11"
  domain = "ams.example.net"
  cell   = cell.main
  number = 1
}

core "waw" {
  ip     = "198.51.100.21"
  domain = "waw.example.net"
  cell   = cell.main
  number = 2
}

entry "shop" {
  ip       = "203.0.113.101"
  domain   = "shop.example.net"
  bound_to = core.ams # its status is core.ams's to write
}

entry "blog" {
  ip       = "203.0.113.102"
  domain   = "blog.example.net"
  bound_to = core.waw
}

route "shop_ams" {
  entry = entry.shop
  core  = core.ams # entry.shop may read how to connect to core.ams, and to no other
}

route "blog_waw" {
  entry = entry.blog
  core  = core.waw
}

acl {
  auth = "cert" # a subject is the common name of its client certificate
  # enforce = true
}

# etcd's own administrator: a Root node.
acl_user "root" {
  roles = ["root"]
}

acl_user "core" {
  for_each = { "ams.example.net" = core.ams, "waw.example.net" = core.waw }
  core     = each.value
  roles    = ["core"]
}

acl_user "entry" {
  for_each = { "shop.example.net" = entry.shop, "blog.example.net" = entry.blog }
  entry    = each.value
  roles    = ["entry"]
}

# A pipeline that plans, and a timer that looks for drift: neither can write.
acl_user "pipeline" {
  roles = ["planner"]
}

acl_user "timer" {
  roles = ["drift"]
}

# Somebody who answers users' calls.
acl_role "support" {
  grant {
    access = "read"
    on     = ["nodes", "users", "routes"]
  }
  grant {
    access = "write"
    on     = [entry.shop.status, "settings/motd"]
  }
}

acl_user "dana" {
  person = "dana@example.net"
  roles  = ["support"]
}

output "nodes" {
  value = [core.ams.domain, core.waw.domain, entry.shop.domain, entry.blog.domain]
}
