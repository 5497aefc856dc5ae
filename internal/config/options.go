package config

import (
	"io/fs"

	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/schema"
	"github.com/sigilgate/sigilform/internal/veil"
)

// Options say what to load.
type Options struct {
	// FS is the configuration's folder. Functions and modules see nothing
	// outside it.
	FS fs.FS
	// File is a single file in FS; empty for all *.hcl and *.hcl.json.
	File string
	// Dir is how the user names the folder. It is put before file names in
	// ranges; "" and "." add nothing.
	Dir string
	// VarFiles are the files given with --var-file, in order.
	VarFiles []VarFile
	// Vars are the values given with --var, in order.
	Vars []Assignment
	// Env is the environment, as os.Environ gives it.
	Env []string
	// Budget is how many bytes the values of the evaluation may take, the
	// default where it is 0.
	Budget int64
	// Catalogue says which kinds and fields there are.
	Catalogue *schema.Catalogue
	// Watch is told what is being evaluated; may be nil.
	Watch *Watch
	// Veil is told what is private of what files say; may be nil.
	Veil *veil.Veil
}

// VarFile is a file of values.
type VarFile struct {
	Name   string
	Source []byte
}

// Assignment is a value given to a variable by name.
type Assignment struct{ Name, Value string }

// Config is a loaded configuration. Its methods are not safe for concurrent use.
type Config struct {
	// Network is normalised, and valid where Load found no errors.
	Network *network.Network
	// Etcd is the etcd block, nil if absent.
	Etcd *Etcd
	// Outputs are sorted by name.
	Outputs []Output
	// Policies are sorted by name.
	Policies []Policy
	// Valves is how each safety valve is set, by name.
	Valves map[string]Valve
	// Digest is the SHA-256, in hex, over the files read and the values of the
	// variables that are not sensitive.
	Digest string

	run *run
}

// Output is one value that a configuration hands out.
type Output struct {
	Name string
	// Value is what encoding/json prints; nil where the output is sensitive.
	Value any
	// Text is the value as it is written in HCL.
	Text        string
	Sensitive   bool
	Description string
}

// Etcd says where the cluster is. The paths of files are as written.
type Etcd struct {
	Endpoints []string
	Username  string
	TLS       *EtcdTLS
	Range     diag.Range
}

// EtcdTLS says how the cluster is trusted and how we show who we are.
type EtcdTLS struct {
	CAFile     string
	CertFile   string
	KeyFile    string
	ServerName string
}

// Connection is what a command needs that only talks to the cluster.
type Connection struct {
	// Network is the network's name, empty where no block names it.
	Network string
	Prefix  string
	Etcd    *Etcd
}
