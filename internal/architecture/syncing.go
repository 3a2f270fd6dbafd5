package architecture

// syncing are the layers of mirror sync: what does the entries of files in one process.
var syncing = map[string]layer{
	"internal/filesync": {
		internal: []string{
			"internal/allow", "internal/artifacts", "internal/claims", "internal/controller", "internal/edit",
			"internal/entry", "internal/entryfile", "internal/imagename", "internal/jobledger", "internal/ledger",
			"internal/local", "internal/mirror", "internal/program", "internal/staleness",
			"internal/transient",
		},
		external: []string{"github.com/opencontainers/go-digest"},
	},
	"internal/local": {internal: []string{"internal/jobs", "internal/mirror", "internal/request"}},
	"internal/ledgerstore": {
		internal: []string{
			"internal/contract", "internal/ledger", "internal/ledgerfile", "internal/ledgertable", "internal/sleep",
		},
		external: []string{"github.com/aws/aws-sdk-go-v2", "go.etcd.io/bbolt"},
	},
	"internal/syncview": {internal: []string{
		"internal/entry", "internal/filesync", "internal/imagename", "internal/output", "internal/printable",
	}},
	"internal/syncmetrics": {
		internal: []string{"internal/filesync"}, external: []string{"github.com/prometheus/client_golang/prometheus"},
	},
}
