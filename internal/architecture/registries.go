package architecture

// registries are the layers of the client for registries, and of what opens images by it.
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
			"internal/artifacts", "internal/chunked", "internal/manifestdigest", "internal/registryclient/answer",
			"internal/registryclient/reading", "internal/registryclient/session", "internal/registryclient/wire",
			"internal/sleep", "internal/transient", "internal/turns",
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
	"internal/images": {
		internal: []string{
			"internal/artifacts", "internal/flight", "internal/imagename", "internal/images/...", "internal/listed",
			"internal/manifestdigest",
			"internal/manifesttype", "internal/ecr",
			"internal/registryclient", "internal/chunked", "internal/credentials", "internal/fence",
			"internal/mirror/content", "internal/mirror/port", "internal/mirror/references", "internal/platforms",
			"internal/wanted", "internal/transient",
		},
		external: []string{
			"github.com/aws/aws-sdk-go-v2/aws", "github.com/opencontainers/", "go.podman.io/image/v5/",
		},
	},
	"internal/images/disk": {
		internal: []string{
			"internal/imagename", "internal/images/transport", "internal/manifestdigest",
			"internal/manifesttype", "internal/mirror/port", "internal/sleep", "internal/transient",
		},
		external: []string{"github.com/opencontainers/", "go.podman.io/image/v5/"},
	},
	"internal/images/transport": {
		internal: []string{
			"internal/chunked", "internal/imagename", "internal/mirror/content", "internal/mirror/port",
			"internal/mirror/stall",
		},
		external: []string{"github.com/opencontainers/go-digest", "go.podman.io/image/v5/"},
	},
	"internal/images/digesttags": {
		internal: []string{"internal/artifacts", "internal/flight", "internal/listed", "internal/transient"},
		external: []string{"github.com/opencontainers/go-digest"},
	},
	"internal/images/visit": {},
	"internal/images/hosts": {internal: []string{"internal/registryclient"}},
	"internal/images/signatures": {
		internal: []string{
			"internal/ecr", "internal/imagename", "internal/infile", "internal/mirror/content", "internal/mirror/port",
			"internal/registryclient",
		},
		external: []string{
			"github.com/opencontainers/", "go.podman.io/image/v5/", "go.podman.io/storage/pkg/configfile",
			"go.yaml.in/yaml/v3",
		},
	},
}
