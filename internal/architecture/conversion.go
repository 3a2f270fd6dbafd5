package architecture

// conversion are the layers of what makes entries of the files of other programs.
var conversion = map[string]layer{
	"internal/convert": {
		internal: []string{
			"internal/convert/...", "internal/entryfile", "internal/imagename", "internal/printable",
		},
		external: []string{"go.yaml.in/yaml/v3"},
	},
	"internal/convert/draft": {
		internal: []string{"internal/conflict", "internal/entry", "internal/imagename", "internal/printable"},
	},
	"internal/convert/target": {internal: []string{"internal/entry", "internal/imagename"}},
	"internal/convert/rules": {
		internal: []string{"internal/selection"}, external: []string{"github.com/Masterminds/semver/v3"},
	},
	"internal/convert/member": {
		internal: []string{"internal/convert/draft"}, external: []string{"go.yaml.in/yaml/v3"},
	},
	"internal/convert/list": {internal: []string{
		"internal/convert/draft", "internal/convert/target", "internal/entry", "internal/imagename",
	}},
	"internal/convert/regsync": {internal: []string{
		"internal/convert/draft", "internal/convert/member", "internal/convert/rules", "internal/entry",
		"internal/imagename", "internal/printable", "internal/selection",
	}},
	"internal/convert/skopeosync": {
		internal: []string{
			"internal/convert/draft", "internal/convert/member", "internal/convert/rules", "internal/convert/target",
			"internal/entry", "internal/imagename", "internal/printable", "internal/selection",
		},
		external: []string{"github.com/opencontainers/go-digest"},
	},
	"internal/convert/dregsy": {
		internal: []string{
			"internal/convert/draft", "internal/convert/member", "internal/convert/rules", "internal/entry",
			"internal/printable", "internal/selection",
		},
		external: []string{"github.com/opencontainers/go-digest"},
	},
}
