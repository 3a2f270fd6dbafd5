package architecture

// entries are the layers of what entries are, what they choose, and where they are kept.
var entries = map[string]layer{
	"internal/conflict":          {internal: []string{"internal/entry", "internal/imagename"}},
	"internal/selection/version": {external: []string{"github.com/Masterminds/semver/v3"}},
	"internal/selection/pattern": {external: []string{"github.com/bmatcuk/doublestar/v4"}},
	"internal/selection": {
		internal: []string{"internal/selection/..."}, external: []string{"github.com/opencontainers/go-digest"},
	},
	"internal/entry": {
		internal: []string{
			"internal/verify/policy",
			"internal/artifacts", "internal/imagename", "internal/platforms", "internal/printable", "internal/selection",
			"internal/spelling",
		},
		external: []string{"github.com/opencontainers/go-digest"},
	},
	"internal/entryform": {
		internal: []string{"internal/entry", "internal/selection", "internal/spelling", "internal/verify/policy"},
	},
	"internal/table": {
		internal: []string{
			"internal/answerlimit", "internal/awserror", "internal/batchget", "internal/contract", "internal/entry",
			"internal/entryform", "internal/imagename", "internal/printable", "internal/sleep", "internal/spelling",
		},
		external: []string{"github.com/aws/", "github.com/opencontainers/go-digest"},
	},
	"internal/schedule": {internal: []string{"internal/entry"}},
	"internal/entryfile": {
		internal: []string{
			"internal/conflict", "internal/entry", "internal/entryform", "internal/imagename", "internal/selection/pattern",
			"internal/spelling",
		},
		external: []string{"go.yaml.in/yaml/v3"},
	},
	"internal/entrydiff": {internal: []string{"internal/conflict", "internal/entry", "internal/table"}},
	"internal/expansion": {
		internal: []string{"internal/entry", "internal/imagename", "internal/listed", "internal/selection"},
		external: []string{"golang.org/x/sync/errgroup"},
	},
}
