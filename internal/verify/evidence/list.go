package evidence

import (
	"slices"
	"strings"

	"ecrmirror/internal/artifacts"
)

// emptyTypes are the types of artifacts that say nothing of what they are: of cosign's manifests, the media type of
// their config, and what cosign 3 writes into fallback tags (kyverno/kyverno#16664).
var emptyTypes = []string{
	"", "application/vnd.oci.empty.v1+json", "application/vnd.oci.image.config.v1+json",
	"application/vnd.docker.container.image.v1+json",
}

// May reports whether an artifact may have evidence in it, by what its list says of it. Others need not be read.
func May(a artifacts.Artifact) bool {
	if a.Tag != "" {
		return strings.HasSuffix(a.Tag, ".sig") || strings.HasSuffix(a.Tag, ".att")
	}
	return kindOf(a.Type) != "" || strings.HasPrefix(a.Type, "application/vnd.dev.cosign.") ||
		slices.Contains(emptyTypes, a.Type)
}
