package architecture

// verifying are the layers of what verifies who has signed an image. Those that import sigstore-go, and what imports
// these, are not for the controller.
var verifying = map[string]layer{
	"internal/verify/policy": {internal: []string{"internal/jsonscan", "internal/kmskey"}},
	"internal/verify/kmskeys": {
		internal: []string{"internal/flight", "internal/kmskey", "internal/kmssign", "internal/verify/policy"},
		external: []string{"github.com/aws/aws-sdk-go-v2/aws"},
	},
	"internal/verify/policyfile": {internal: []string{
		"internal/entryfile", "internal/entryform", "internal/infile", "internal/verify/policy",
	}},
	"internal/verify/verdict": {
		internal: []string{"internal/transient", "internal/verify/policy"},
		external: []string{"github.com/opencontainers/go-digest"},
	},
	"internal/verify/evidence": {
		internal: []string{
			"internal/chunked",
			"internal/artifacts", "internal/jsonscan", "internal/manifestdigest", "internal/mirror/content",
			"internal/mirror/port",
		},
		external: []string{"github.com/opencontainers/go-digest"},
	},
	"internal/verify/trust": {
		internal: []string{"internal/infile"}, external: []string{"github.com/sigstore/sigstore-go/pkg/root"},
	},
	"internal/verify/tuf": {
		external: []string{"github.com/sigstore/sigstore-go/pkg/tuf", "github.com/theupdateframework/go-tuf/v2/metadata"},
	},
	"internal/verify/sigstore": {
		internal: []string{
			"internal/jsonscan", "internal/printable", "internal/verify/evidence", "internal/verify/policy",
			"internal/verify/trust", "internal/verify/verdict",
		},
		external: []string{
			"github.com/opencontainers/go-digest", "github.com/sigstore/", "google.golang.org/protobuf/encoding/protojson",
		},
	},
	"internal/verify": {
		internal: []string{
			"internal/artifacts", "internal/flight", "internal/printable", "internal/verify/evidence", "internal/verify/policy",
			"internal/verify/sigstore", "internal/verify/trust", "internal/verify/verdict",
		},
		external: []string{"github.com/opencontainers/go-digest", "golang.org/x/sync/semaphore"},
	},
	"internal/verifyview": {
		internal: []string{"internal/artifacts", "internal/output", "internal/verify/verdict"},
		external: []string{"github.com/opencontainers/go-digest"},
	},
}
