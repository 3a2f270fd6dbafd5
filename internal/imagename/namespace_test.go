package imagename_test

import (
	"strings"
	"testing"

	"ecrmirror/internal/imagename"
)

func TestParseNamespace(t *testing.T) {
	const ecr = "111122223333.dkr.ecr.eu-west-1.amazonaws.com"
	for _, c := range []struct{ text, full, in, out string }{
		{ecr + "/base/**", ecr + "/base/**", ecr + "/base/a/b", ecr + "/bases/a"},
		{ecr + "/base/**", ecr + "/base/**", "111122223333.dkr-ecr.eu-west-1.on.aws/base/a:1", ecr + "/base"},
		{ecr + "/**", ecr + "/**", ecr + "/a0", "111122223333.dkr.ecr.us-east-1.amazonaws.com/a0"},
		{"quay.io/minio/**", "quay.io/minio/**", "quay.io/minio/mc", "minio/mc"},
		{"docker://quay.io:443/a/b/**", "quay.io:443/a/b/**", "quay.io/a/b/c", "quay.io/a/c"},
		{"bitnami/**", "docker.io/bitnami/**", "index.docker.io/bitnami/nginx", "docker.io/library/nginx"},
		{"docker.io/library/**", "docker.io/library/**", "nginx", "docker.io/bitnami/nginx"},
		{
			"public.ecr.aws/docker/**", "public.ecr.aws/docker/**", "ecr-public.aws.com/docker/library/nginx",
			"public.ecr.aws/bitnami/yy",
		},
		{"localhost:5000/**", "localhost:5000/**", "localhost:5000/a", "localhost/a"},
	} {
		n, err := imagename.ParseNamespace(c.text)
		if err != nil || n.String() != c.full {
			t.Errorf("%s: %s, %v", c.text, n, err)
			continue
		}
		if again, err := imagename.ParseNamespace(n.String()); err != nil || again != n {
			t.Errorf("%s: %v again, %v", n, again, err)
		}
		for text, want := range map[string]bool{c.in: true, c.out: false} {
			name, err := imagename.Parse(text)
			if err != nil || n.Contains(name) != want {
				t.Errorf("%s contains %s: %t, %v", n, text, n.Contains(name), err)
			}
		}
	}
}

func TestParseNamespaceSaysWhatIsWrong(t *testing.T) {
	for text, want := range map[string]string{
		"quay.io/minio":                          "write HOST/PATH/**, with no other *",
		"quay.io/*/x/**":                         "write HOST/PATH/**, with no other *",
		"quay.io/minio/*":                        "write HOST/PATH/**",
		"docker.io/**":                           "is Docker Hub as a whole: name a namespace of it",
		"/**":                                    "write HOST/PATH/**",
		"dir:/x/**":                              "is not in a registry",
		"quay.io/a:1/**":                         "write HOST/NAME",
		"quay.io/UPPER/**":                       "repository name must be lowercase",
		"111.dkr.ecr.eu-west-1.amazonaws.com/**": "ECR account",
	} {
		if _, err := imagename.ParseNamespace(text); err == nil || !strings.Contains(err.Error(), want) ||
			!strings.HasPrefix(err.Error(), `namespace "`+text+`": `) {
			t.Errorf("%s: %v", text, err)
		}
	}
}
