package listing

import "strings"

// usual returns the name that a registry is known by, of those that mean it.
func usual(host string) string {
	switch host = strings.TrimSuffix(strings.ToLower(host), ":443"); host {
	case "registry-1.docker.io", "index.docker.io", "registry.hub.docker.com":
		return "docker.io"
	}
	return host
}

// pageSizes are how many tags are asked for at a time, where it is known that the registry gives fewer unasked, and
// takes that. Others are not asked for a number: some take one that is too large for them as an error (kargo#2186), and
// Docker Hub gives all tags at once where there is none.
var pageSizes = map[string]string{
	// ECR's registry gives 100, takes 1,000, and refuses more (go-containerregistry#681).
	"public.ecr.aws": "1000", "ecr-public.aws.com": "1000",
}

// isGoogles reports whether a registry is one of Google's, which tell of each repository which ones lie below it.
func isGoogles(host string) bool {
	host = usual(host)
	return host == "gcr.io" || strings.HasSuffix(host, ".gcr.io") || strings.HasSuffix(host, ".pkg.dev")
}
