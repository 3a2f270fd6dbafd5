package architecture

// receipts are the layers of what signs, puts and checks receipts.
var receipts = map[string]layer{
	"internal/kmskey": {internal: []string{"internal/printable"}},
	"internal/kmssign": {
		internal: []string{"internal/awserror", "internal/flight", "internal/kmskey"}, external: []string{"github.com/aws/"},
	},
	"internal/receipting": {
		internal: []string{
			"internal/artifacts", "internal/chunked", "internal/flight", "internal/imagename", "internal/kmssign",
			"internal/mirror", "internal/mirror/content", "internal/mirror/port", "internal/mirror/stall",
			"internal/platforms", "internal/printable", "internal/receipt", "internal/transient", "internal/wanted",
		},
		external: []string{"github.com/opencontainers/go-digest", "golang.org/x/sync"},
	},
	"internal/receiptview": {
		internal: []string{"internal/output", "internal/printable", "internal/receipt", "internal/receipting"},
	},
	"internal/receipt": {
		internal: []string{"internal/jsonscan", "internal/printable"},
		external: []string{"github.com/opencontainers/"},
	},
}
