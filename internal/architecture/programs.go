package architecture

// programs are the layers of what the programs consist of.
var programs = map[string]layer{
	"awsclient":           {external: []string{"github.com/aws/"}},
	"internal/contract":   {},
	"internal/printable":  {},
	"internal/jsonscan":   {},
	"internal/jsonstream": {internal: []string{"internal/transient"}},
	"internal/spelling":   {},
	"internal/manifesttype": {
		internal: []string{"internal/jsonscan"},
		external: []string{"github.com/opencontainers/image-spec/", "go.podman.io/image/v5/manifest"},
	},
	"internal/manifestdigest": {
		internal: []string{"internal/jsonscan", "internal/manifesttype"},
		external: []string{"github.com/opencontainers/go-digest", "go.podman.io/image/v5/manifest"},
	},
	"internal/platforms": {
		internal: []string{"internal/jsonscan", "internal/printable", "internal/spelling"},
		external: []string{"github.com/opencontainers/go-digest"},
	},
	"internal/artifacts": {
		internal: []string{"internal/jsonscan", "internal/printable", "internal/spelling"},
		external: []string{"github.com/opencontainers/go-digest"},
	},
	"internal/wanted": {
		internal: []string{
			"internal/chunked", "internal/manifestdigest", "internal/mirror/content", "internal/mirror/port",
			"internal/mirror/references", "internal/platforms",
		},
		external: []string{"github.com/opencontainers/", "go.podman.io/image/v5/manifest"},
	},
	"internal/staleness": {
		internal: []string{"internal/artifacts", "internal/imagename", "internal/mirror/port"},
		external: []string{"github.com/opencontainers/go-digest", "golang.org/x/sync/errgroup"},
	},
	"internal/transient":   {}, // errors of AWS and of others answer where they come in
	"internal/sleep":       {},
	"internal/turns":       {},
	"internal/batchget":    {internal: []string{"internal/transient"}, external: []string{"github.com/aws/"}},
	"internal/answerlimit": {external: []string{"github.com/aws/"}},
	"internal/awserror":    {internal: []string{"internal/transient"}, external: []string{"github.com/aws/"}},
	"internal/imagename": {
		external: []string{"github.com/opencontainers/go-digest", "go.podman.io/image/v5/docker/reference"},
	},
	"internal/allow": {internal: []string{"internal/imagename"}},
	"internal/signature": {
		internal: []string{"internal/manifestdigest"},
		external: []string{"github.com/opencontainers/go-digest", "go.podman.io/image/v5/", "golang.org/x/sync"},
	},
	"internal/chunked": {
		internal: []string{"internal/sleep", "internal/transient"},
		external: []string{"golang.org/x/sync", "golang.org/x/time"},
	},
	"internal/fence": {},
	"internal/listed": {
		internal: []string{"internal/transient"}, external: []string{"github.com/opencontainers/go-digest"},
	},
	"internal/ecr": {
		internal: []string{
			"internal/artifacts", "internal/awserror", "internal/imagename", "internal/manifestdigest", "internal/manifesttype",
			"internal/chunked",
			"internal/fence", "internal/listed", "internal/printable", "internal/transient", "internal/turns",
		},
		external: []string{
			"github.com/aws/", "github.com/opencontainers/", "github.com/segmentio/asm/base64",
			"go.podman.io/image/v5/manifest", "golang.org/x/",
		},
	},
	"internal/ecrtransport": {
		internal: []string{"internal/ecr", "internal/imagename"},
		external: []string{"github.com/opencontainers/go-digest", "go.podman.io/image/v5/"},
	},
	"internal/credentials": {
		internal: []string{"internal/awserror", "internal/contract", "internal/imagename"},
		external: []string{"github.com/aws/aws-sdk-go-v2", "go.podman.io/image/v5/types"},
	},
	"internal/roles": {external: []string{"github.com/aws/aws-sdk-go-v2"}},
	"internal/ledger": {
		internal: []string{"internal/imagename"}, external: []string{"github.com/opencontainers/go-digest"},
	},
	"internal/ledgertable": {
		internal: []string{
			"internal/answerlimit", "internal/awserror", "internal/batchget", "internal/contract", "internal/ledger",
			"internal/printable", "internal/sleep",
		},
		external: []string{"github.com/aws/aws-sdk-go-v2", "github.com/opencontainers/go-digest", "golang.org/x/sync"},
	},
	"internal/generation": {},
	"internal/ledgerfile": {
		internal: []string{"internal/printable"}, external: []string{"github.com/aws/aws-sdk-go-v2"},
	},
	"internal/historyview": {internal: []string{"internal/ledger", "internal/output"}},
	"internal/claims": {
		internal: []string{"internal/imagename", "internal/jobs", "internal/ledger", "internal/request"},
	},
	"internal/jobledger": {
		internal: []string{
			"internal/imagename", "internal/ledger", "internal/ledgertable", "internal/mirror", "internal/printable",
			"internal/request", "internal/verify/verdict",
		},
		external: []string{"golang.org/x/sync"},
	},
	"internal/request": {
		internal: []string{
			"internal/verify/policy",
			"internal/artifacts", "internal/contract", "internal/imagename", "internal/jsonscan", "internal/platforms",
			"internal/spelling",
		},
		external: []string{"github.com/opencontainers/go-digest"},
	},
	"internal/trigger": {
		internal: []string{"internal/imagename"}, external: []string{"github.com/aws/aws-lambda-go/events"},
	},
	"internal/jobs": {
		internal: []string{"internal/awserror", "internal/contract", "internal/request", "internal/sleep"},
		external: []string{"github.com/aws/", "golang.org/x/time/rate"},
	},
	"internal/program": {
		internal: []string{
			"awsclient", "internal/awserror", "internal/contract", "internal/credentials", "internal/imagename",
			"internal/printable", "internal/transient",
		},
		external: []string{"github.com/aws/aws-sdk-go-v2", "github.com/aws/smithy-go", "github.com/sirupsen/logrus"},
	},
	"internal/settings": {
		internal: []string{
			"internal/allow", "internal/artifacts", "internal/chunked", "internal/contract", "internal/credentials",
			"internal/imagename", "internal/flagvalue", "internal/images", "internal/kmskey", "internal/program",
			"internal/roles", "internal/verify/policy",
		},
		external: []string{"github.com/aws/aws-sdk-go-v2", "github.com/spf13/pflag"},
	},
	"internal/controller": {
		internal: []string{
			"internal/conflict", "internal/contract", "internal/entry", "internal/imagename", "internal/request",
			"internal/schedule", "internal/table", "internal/jobs", "internal/claims", "internal/ledger",
			"internal/artifacts", "internal/ledgertable", "internal/expansion", "internal/platforms", "internal/selection",
			"internal/staleness",
		},
		external: []string{"github.com/opencontainers/go-digest", "golang.org/x/sync"},
	},
	"internal/inventory": {internal: []string{
		"internal/conflict", "internal/entry", "internal/entryform", "internal/output", "internal/printable",
		"internal/table",
	}},
	"internal/statusview": {
		internal: []string{
			"internal/conflict", "internal/entry", "internal/entryform", "internal/inventory", "internal/ledger",
			"internal/output", "internal/table",
		},
		external: []string{"github.com/opencontainers/go-digest"},
	},
	"internal/edit": {internal: []string{
		"internal/allow", "internal/entry", "internal/entrydiff", "internal/entryfile", "internal/entryform",
		"internal/imagename", "internal/inventory", "internal/output", "internal/printable", "internal/program",
		"internal/table",
	}},
	"internal/explainview": {internal: []string{
		"internal/entry", "internal/entryform", "internal/expansion", "internal/output", "internal/printable",
		"internal/selection", "internal/statusview",
	}},
	"internal/planview": {internal: []string{
		"internal/entry", "internal/entryform", "internal/output", "internal/printable", "internal/statusview",
	}},
	"internal/infile":  {},
	"internal/outfile": {},
	"internal/copyview": {internal: []string{
		"internal/verify/verdict",
		"internal/mirror", "internal/output", "internal/platforms", "internal/printable",
	}},
	"internal/gate": {
		internal: []string{
			"internal/allow", "internal/imagename", "internal/images", "internal/mirror", "internal/signature",
		},
		external: []string{"github.com/opencontainers/go-digest"},
	},
	"internal/dispatch": {internal: []string{
		"internal/contract", "internal/controller", "internal/entry", "internal/metrics", "internal/program",
		"internal/table", "internal/trigger", "internal/transient",
	}},
	"internal/lambdafunction": {
		internal: []string{
			"internal/contract", "internal/dispatch", "internal/printable", "internal/program", "internal/trigger",
		},
		external: []string{"github.com/aws/aws-lambda-go/"},
	},
	"internal/metrics":   {internal: []string{"internal/output"}},
	"internal/buildinfo": {},
	"internal/output":    {internal: []string{"internal/printable", "internal/tty"}},
	"internal/flagvalue": {external: []string{"github.com/docker/go-units", "github.com/spf13/pflag"}},
	"internal/cli": {
		internal: []string{
			"internal/buildinfo", "internal/flagvalue", "internal/output", "internal/program", "internal/tty",
		},
		external: []string{"github.com/spf13/cobra", "github.com/spf13/pflag"},
	},
	"internal/flight":   {},
	"internal/memlimit": {external: []string{"github.com/KimMachineGun/automemlimit/memlimit"}},
	"internal/mirror": {
		internal: []string{
			"internal/artifacts", "internal/chunked", "internal/imagename", "internal/manifestdigest",
			"internal/mirror/belonging", "internal/mirror/content", "internal/mirror/convoy", "internal/mirror/errands",
			"internal/mirror/fanout", "internal/mirror/graph", "internal/mirror/lanes", "internal/mirror/port",
			"internal/mirror/references", "internal/mirror/stall",
			"internal/platforms", "internal/printable", "internal/request", "internal/sleep",
			"internal/verify/evidence", "internal/verify/verdict", "internal/wanted",
		},
		external: []string{"github.com/opencontainers/go-digest", "golang.org/x/sync"},
	},
	"internal/mirror/belonging": {
		internal: []string{"internal/artifacts", "internal/flight", "internal/mirror/graph", "internal/mirror/port"},
		external: []string{"github.com/opencontainers/go-digest", "golang.org/x/sync/errgroup"},
	},
	"internal/mirror/errands": {external: []string{"github.com/opencontainers/go-digest"}},
	"internal/mirror/content": {
		internal: []string{"internal/manifestdigest"},
		external: []string{"github.com/opencontainers/go-digest"},
	},
	"internal/mirror/convoy": {internal: []string{"internal/chunked", "internal/mirror/fanout", "internal/sleep"}},
	"internal/mirror/fanout": {
		internal: []string{"internal/chunked", "internal/mirror/content", "internal/mirror/stall"},
	},
	"internal/mirror/graph": {
		internal: []string{
			"internal/artifacts", "internal/mirror/content", "internal/mirror/port", "internal/mirror/references",
			"internal/mirror/stall",
		},
		external: []string{"github.com/opencontainers/go-digest", "golang.org/x/sync/errgroup"},
	},
	"internal/mirror/lanes": {
		internal: []string{"internal/chunked"}, external: []string{"golang.org/x/sync/semaphore"},
	},
	"internal/mirror/port": {
		internal: []string{
			"internal/artifacts", "internal/chunked", "internal/imagename", "internal/mirror/content",
		},
		external: []string{"github.com/opencontainers/go-digest"},
	},
	"internal/mirror/references": {
		internal: []string{
			"internal/jsonscan", "internal/manifesttype", "internal/mirror/content", "internal/printable",
		},
		external: []string{"github.com/opencontainers/", "go.podman.io/image/v5/manifest"},
	},
	"internal/mirror/stall": {},
	"internal/progress": {
		internal: []string{"internal/output", "internal/tty"},
		external: []string{"github.com/opencontainers/go-digest"},
	},
	"internal/tty":          {external: []string{"golang.org/x/sys/windows", "golang.org/x/term"}},
	"internal/architecture": {},
	// tests only
	"internal/conformance/containers": {internal: []string{"localstack/...", "testkit/..."}, external: anything},
	"internal/conformance":            {internal: []string{"internal/...", "localstack/...", "testkit/..."}, external: anything},
	"cmd/...":                         {internal: []string{"internal/..."}, external: anything},
}
