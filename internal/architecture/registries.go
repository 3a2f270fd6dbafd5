package architecture

// registries are the layers of the client for registries.
var registries = map[string]layer{
	"internal/registryclient/answer": {
		internal: []string{"internal/chunked", "internal/fence", "internal/printable", "internal/transient"},
		external: []string{"golang.org/x/sync/semaphore"},
	},
	"internal/registryclient/pace": {
		internal: []string{"internal/registryclient/answer", "internal/sleep"},
		external: []string{"golang.org/x/time/rate"},
	},
	"internal/registryclient/wire": {
		internal: []string{"internal/fence", "internal/registryclient/answer"},
		external: []string{"go.podman.io/image/v5/pkg/tlsclientconfig"},
	},
	"internal/registryclient/auth": {
		internal: []string{"internal/registryclient/answer", "internal/registryclient/wire"},
		external: []string{"go.podman.io/image/v5/types"},
	},
	"internal/registryclient/session": {
		internal: []string{
			"internal/registryclient/answer", "internal/registryclient/auth",
			"internal/registryclient/wire", "internal/sleep",
		},
	},
	"internal/registryclient/reading": {
		internal: []string{
			"internal/chunked", "internal/manifestdigest", "internal/registryclient/answer",
			"internal/registryclient/auth", "internal/registryclient/pace", "internal/registryclient/session",
			"internal/registryclient/wire", "internal/sleep",
		},
		external: []string{"github.com/opencontainers/", "go.podman.io/image/v5/manifest"},
	},
	"internal/registryclient/listing": {
		internal: []string{
			"internal/artifacts", "internal/jsonstream", "internal/listed", "internal/registryclient/answer", "internal/registryclient/auth",
			"internal/registryclient/pace", "internal/registryclient/session", "internal/registryclient/wire",
			"internal/transient",
		},
		external: []string{"github.com/opencontainers/go-digest"},
	},
	"internal/registryclient/writing": {
		internal: []string{
			"internal/chunked", "internal/manifestdigest", "internal/registryclient/answer",
			"internal/registryclient/reading",
			"internal/registryclient/session", "internal/registryclient/wire", "internal/transient",
		},
		external: []string{"github.com/opencontainers/go-digest"},
	},
	"internal/registryclient": {
		internal: []string{
			"internal/artifacts", "internal/chunked", "internal/fence", "internal/listed", "internal/manifestdigest",
			"internal/registryclient/...",
		},
		external: []string{"github.com/opencontainers/go-digest", "go.podman.io/image/v5/types"},
	},
}
