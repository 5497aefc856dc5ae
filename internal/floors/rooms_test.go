package floors

// module is the path of the module that is checked.
const module = "github.com/sigilgate/sigilform"

// Floors without a number.
const (
	// testRoom is the floor of packages that only tests import. They may
	// import whatever is in the module, and whatever is outside it.
	testRoom = -1
	// ground is below every floor: what any room may use.
	ground = -2
	// program is the floor of a main package: above everything.
	program = 100
	// pureBelow is the first floor that may touch the machine: files, the
	// network, the clock, random numbers.
	pureBelow = 7
	// rootless is the first floor that may make a context of its own.
	rootless = 10
)

// rooms is every package of the module and its floor. A package imports only
// packages of strictly lower floors.
func rooms() map[string]int {
	return map[string]int{
		"internal/failure": ground,

		"internal/addr":  0,
		"internal/diag":  0,
		"internal/fault": 0,
		"internal/kv":    0,
		"internal/retry": 0,
		"internal/veil":  0,

		"internal/schema": 1,

		"internal/network": 2,
		"internal/lang":    2,

		"internal/config": 3,
		"internal/export": 3,
		"internal/keys":   3,

		"internal/state": 4,
		"internal/acl":   4,

		"internal/plan":          5,
		"internal/plan/planfile": 5,
		"internal/snapshot":      5,

		"internal/drift":  6,
		"internal/apply":  6,
		"internal/policy": 6,

		"internal/render":     7,
		"internal/intake":     7,
		"internal/atomicfile": 7,
		"internal/metrics":    8,
		"internal/webhook":    8,
		"internal/etcd":       8,
		"internal/embedded":   8,
		"internal/abort":      7,
		"internal/seal":       8,

		"internal/engine": 9,

		"internal/telemetry": 10,

		"internal/cli": 11,

		"cmd/sigilform": program,

		"internal/bench":    testRoom,
		"internal/crash":    testRoom,
		"internal/docstest": testRoom,
		"internal/etcdtest": testRoom,
		"internal/floors":   testRoom,
		"internal/laws":     testRoom,
		"internal/nettest":  testRoom,
	}
}

// orchestrator is the room whose use-cases every skin calls.
const orchestrator = "internal/engine"

// behind lists the rooms that the orchestrator alone deals with: what they decide,
// connect to or tell is a use-case, which the next skin needs as well.
func behind() []string {
	return []string{
		"internal/acl", "internal/apply", "internal/config", "internal/drift", "internal/embedded", "internal/etcd", "internal/export",
		"internal/keys", "internal/metrics", "internal/network", "internal/plan", "internal/plan/planfile", "internal/policy",
		"internal/snapshot", "internal/webhook",
	}
}

// within lists the packages that may be imported by one package of the same
// floor: the one that they are a part of, or that is a part of them.
func within() map[string]string {
	return map[string]string{"internal/plan/planfile": "internal/plan"}
}

// outside lists every import from other modules, by the start of its path,
// with the rooms that may have it.
func outside() map[string][]string {
	return map[string][]string{
		"github.com/hashicorp/hcl/v2":             {"internal/lang", "internal/config", "internal/export"},
		"github.com/zclconf/go-cty":               {"internal/lang", "internal/config", "internal/policy"},
		"github.com/zclconf/go-cty-yaml":          {"internal/lang"},
		"go.yaml.in/yaml/v3":                      {"internal/lang"},
		"github.com/agext/levenshtein":            {"internal/lang"},
		"github.com/google/uuid":                  {"internal/lang", "internal/engine"},
		"github.com/sergi/go-diff/diffmatchpatch": {"internal/render"},
		"github.com/rogpeppe/go-internal/diff":    {"internal/engine"},
		"github.com/mattn/go-runewidth":           {"internal/render"},
		"go.etcd.io/etcd/api/v3":                  {"internal/etcd", "internal/embedded"},
		"go.etcd.io/etcd/client/v3":               {"internal/etcd", "internal/embedded"},
		"go.etcd.io/etcd/server/v3":               {"internal/embedded"},
		"go.uber.org/zap":                         {"internal/etcd", "internal/embedded"},
		"google.golang.org/grpc":                  {"internal/etcd"},
		"google.golang.org/protobuf":              {"internal/etcd"},
		"go.opentelemetry.io/otel/exporters":      {"internal/telemetry"},
		"go.opentelemetry.io/otel/sdk":            {"internal/telemetry"},
		"go.opentelemetry.io/otel/attribute":      {"internal/engine", "internal/telemetry", "internal/cli"},
		"go.opentelemetry.io/otel/codes":          {"internal/engine", "internal/cli"},
		"go.opentelemetry.io/otel/trace":          {"internal/etcd", "internal/engine", "internal/telemetry", "internal/cli"},
		"go.opentelemetry.io/otel/metric/noop":    {"internal/etcd"},
		"go.opentelemetry.io/otel/propagation":    {"internal/etcd", "internal/telemetry"},
		"go.opentelemetry.io/contrib":             {"internal/etcd"},
		"github.com/gofrs/flock":                  {"internal/embedded"},
		"github.com/dustin/go-humanize":           {"internal/cli"},
		"github.com/prometheus/client_golang":     {"internal/metrics"},
		"github.com/prometheus/client_model":      {"internal/metrics"},
		"github.com/prometheus/common":            {"internal/metrics"},
		"github.com/spf13/cobra":                  {"internal/cli"},
		"github.com/spf13/pflag":                  {"internal/cli"},
		"golang.org/x/term":                       {"internal/cli"},
		"golang.org/x/crypto/argon2":              {"internal/engine"},
		"golang.org/x/crypto/bcrypt":              {"internal/etcd"},
		"filippo.io/age":                          {"internal/seal"},
		"golang.org/x/crypto/ssh":                 {"internal/seal"},
	}
}

// machine lists the standard packages that reach the machine. Floors below
// pureBelow are given an fs.FS, a reader, a clock and a source of ids instead.
func machine() []string {
	return []string{
		"crypto/rand", "io/ioutil", "log", "log/syslog", "math/rand", "math/rand/v2", "net", "net/http",
		"net/rpc", "net/smtp", "os", "os/exec", "os/signal", "os/user", "plugin", "runtime/debug", "syscall",
	}
}

// calls lists functions that no room below the given floor may name, with the
// reason. They stand in packages that are harmless otherwise.
func calls() map[string]call {
	clock := call{below: pureBelow, why: "take the time as an argument"}
	disk := call{below: pureBelow, why: "use the given fs.FS"}
	random := call{below: pureBelow, why: "take an id source as an argument"}
	table := call{below: program, why: "ask the catalogue that is handed down"}
	root := call{below: rootless, why: "take a context as the first argument"}
	return map[string]call{
		"time.Now": clock, "time.Since": clock, "time.Until": clock,
		"path/filepath.Abs": disk, "path/filepath.EvalSymlinks": disk, "path/filepath.Glob": disk,
		"path/filepath.Walk": disk, "path/filepath.WalkDir": disk,
		"github.com/google/uuid.New": random, "github.com/google/uuid.NewString": random,
		"github.com/google/uuid.NewRandom": random, "github.com/google/uuid.NewUUID": random,
		"github.com/google/uuid.NewV6": random, "github.com/google/uuid.NewV7": random,
		"context.Background": root, "context.TODO": root,
		module + "/internal/schema.Network": table,
	}
}

// call is a function that is banned below a floor.
type call struct {
	below int
	why   string
}

// vague lists names of files and folders that say nothing of what is inside.
func vague() []string {
	return []string{"common", "helper", "helpers", "misc", "types", "util", "utils"}
}

// maxLines is how long a file may be that is not a test.
const maxLines = 400
