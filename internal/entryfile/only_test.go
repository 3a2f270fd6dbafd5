package entryfile_test

import (
	"strings"
	"testing"

	"ecrmirror/internal/entry"
	"ecrmirror/internal/entryfile"
)

func TestOnly(t *testing.T) {
	const sha = "@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	const hub = "docker.io/library/postgres:17 nginx:1.27 alpine"
	const others = "ghcr.io/Org/App:1" // which is no name: it is matched as it is written
	all := strings.Fields(hub + " bitnami/redis:7.2 ghcr.io/org/app:v1 ghcr.io/org/app:v2 ghcr.io/org/sub/tool:RC1 " +
		"quay.io/x/y" + sha + " quay.io/x/z:1" + sha + " Registry.example.com:443/team/app:1 " + others +
		" [quay.io/minio/minio [ghcr.io/all/**")
	var entries []entry.Entry
	for _, source := range all {
		e := entry.Entry{Source: source}
		if selected, ok := strings.CutPrefix(source, "["); ok {
			e = entry.Entry{Source: selected, Tags: []entry.Rule{{}}}
		}
		entries = append(entries, e)
	}
	for _, c := range []struct{ patterns, want string }{
		{"", strings.ReplaceAll(strings.Join(all, " "), "[", "")},
		{"nginx:1.27", "nginx:1.27"},
		{"nginx", "nginx:1.27"},
		{"docker.io/library/nginx", "nginx:1.27"},
		{"docker.io/library/nginx:1.27", "nginx:1.27"},
		{"library/nginx:*", "nginx:1.27"},
		{"nginx:1.*", "nginx:1.27"},
		{"postgres", "docker.io/library/postgres:17"},
		{"postgres:17", "docker.io/library/postgres:17"},
		{"alpine:latest", "alpine"},
		{"docker.io/library/*", hub},
		{"docker.io/**", hub + " bitnami/redis:7.2"},
		{"*", hub},
		{"bitnami/*", "bitnami/redis:7.2"},
		{"ghcr.io/org/*", "ghcr.io/org/app:v1 ghcr.io/org/app:v2"},
		{"ghcr.io/org/**", "ghcr.io/org/app:v1 ghcr.io/org/app:v2 ghcr.io/org/sub/tool:RC1"},
		{"ghcr.io/org/app", "ghcr.io/org/app:v1 ghcr.io/org/app:v2"},
		{"ghcr.io/org/app:{v1,v3}", "ghcr.io/org/app:v1"},
		{"ghcr.io/org/app:v[12]", "ghcr.io/org/app:v1 ghcr.io/org/app:v2"},
		{"**/app", "ghcr.io/org/app:v1 ghcr.io/org/app:v2 Registry.example.com:443/team/app:1"},
		{"**/*:RC?", "ghcr.io/org/sub/tool:RC1"},
		{"/.*:v[0-9]+/", "ghcr.io/org/app:v1 ghcr.io/org/app:v2"},
		{"quay.io/x/y", "quay.io/x/y" + sha},
		{"quay.io/x/y" + sha, "quay.io/x/y" + sha},
		{"quay.io/x/z:1", "quay.io/x/z:1" + sha},
		{"registry.example.com/team/*", "Registry.example.com:443/team/app:1"},
		{"Registry.example.com:443/team/app:1", "Registry.example.com:443/team/app:1"},
		{"ghcr.io/Org/*", others},
		{"quay.io/minio/minio", "quay.io/minio/minio"},
		{"quay.io/minio/*", "quay.io/minio/minio"},
		{"ghcr.io/all/**", "ghcr.io/all/**"},
		{"nginx alpine nginx:*", "nginx:1.27 alpine"},

		{"ngimx", `pattern "ngimx" matches no entry (did you mean "nginx"?)`},
		{"nginx:1.28", `pattern "nginx:1.28" matches no entry (did you mean "nginx:1.27"?)`},
		{"nginx ghcr.io/org/ap", `pattern "ghcr.io/org/ap" matches no entry (did you mean "ghcr.io/org/app"?)`},
		{"quay.io/minio/minio:1", `pattern "quay.io/minio/minio:1" matches no entry (did you mean "quay.io/minio/minio"?)`},
		{"gcr.io/nothing/like/it", `pattern "gcr.io/nothing/like/it" matches no entry`},
		{"x/y/z/* nginx a/b/c/d/*", `pattern "x/y/z/*" matches no entry` + "\n" + `pattern "a/b/c/d/*" matches no entry`},
		{"[nginx", `pattern "[nginx" is no glob: a [ or { is not closed, or a \ has nothing after it`},
		{"docker.io//nginx", `pattern "docker.io//nginx" can't match: names of repositories have no empty elements`},
	} {
		kept, err := entryfile.Only(strings.Fields(c.patterns), entries)
		var got []string
		for _, e := range kept {
			got = append(got, e.Source)
		}
		text := strings.Join(got, " ")
		if err != nil {
			text += err.Error()
		}
		if text != c.want {
			t.Errorf("%s:\ngot  %s\nwant %s", c.patterns, text, c.want)
		}
	}
}
