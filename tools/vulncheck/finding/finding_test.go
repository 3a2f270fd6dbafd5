package finding

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// report is cut out of one of govulncheck v1.9.0.
const report = `{"config": {"protocol_version": "v1.0.0", "scanner_name": "govulncheck", "scan_level": "symbol", "scan_mode": "source"}}
{"progress": {"message": "Checking the code against the vulnerabilities..."}}
{"osv": {"id": "GO-2026-6603", "summary": "HTTP/2 server memory exhaustion"}}
{"osv": {"id": "GO-2026-5932", "summary": "openpgp is unmaintained"}}
{"finding": {"osv": "GO-2026-6603", "fixed_version": "v1.26.9", "trace": [{"module": "stdlib", "version": "v1.26.8"}]}}
{"finding": {"osv": "GO-2026-6603", "fixed_version": "v1.26.9", "trace": [{"module": "stdlib", "version": "v1.26.8", "package": "net/http"}]}}
{"finding": {"osv": "GO-2026-6603", "fixed_version": "v1.26.9", "trace": [{"module": "stdlib", "version": "v1.26.8", "package": "net/http", "function": "Serve"}, {"module": "ecrmirror", "package": "ecrmirror/a", "function": "main"}]}}
{"finding": {"osv": "GO-2026-6603", "fixed_version": "v1.26.9", "trace": [{"module": "stdlib", "version": "v1.26.8", "package": "net/http"}]}}
{"finding": {"osv": "GO-2026-5932", "trace": [{"module": "golang.org/x/crypto", "version": "v0.57.0"}]}}
`

func TestAReportIsRead(t *testing.T) {
	got, err := Read(strings.NewReader(report))
	if err != nil {
		t.Fatal(err)
	}
	want := []Finding{
		{"GO-2026-5932", "openpgp is unmaintained", "golang.org/x/crypto", "v0.57.0", "", false},
		{"GO-2026-6603", "HTTP/2 server memory exhaustion", "stdlib", "v1.26.8", "v1.26.9", true},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	for _, none := range []string{"", `{"config": {"scan_level": "module"}}`, report[:len(report)-20]} {
		if found, err := Read(strings.NewReader(none)); err == nil {
			t.Errorf("%.40q...: %+v", none, found)
		}
	}
}

func TestJudge(t *testing.T) {
	called, required := Finding{ID: "GO-1", Module: "a", Called: true}, Finding{ID: "GO-1", Module: "a"}
	elsewhere := Finding{ID: "GO-1", Module: "b", Called: true}
	exception := Exception{"GO-1", "a", "a reason"}
	for name, c := range map[string]struct {
		findings   []Finding
		exceptions []Exception
		want       Judgement
		ok         bool
	}{
		"nothing": {ok: true},
		"called":  {findings: []Finding{called}, want: Judgement{Failing: []Finding{called}}},
		"required": {
			findings: []Finding{required}, want: Judgement{Required: []Finding{required}}, ok: true,
		},
		"called on one system": {
			findings: []Finding{required, called, required}, want: Judgement{Failing: []Finding{called}},
		},
		"accepted": {
			findings: []Finding{called}, exceptions: []Exception{exception},
			want: Judgement{Accepted: []Finding{called}}, ok: true,
		},
		"accepted in one module": {
			findings: []Finding{elsewhere, called}, exceptions: []Exception{exception},
			want: Judgement{Accepted: []Finding{called}, Failing: []Finding{elsewhere}},
		},
		"accepted, and not there": {
			exceptions: []Exception{exception}, want: Judgement{Unneeded: []Exception{exception}},
		},
		"accepted, and only there": {
			findings: []Finding{required}, exceptions: []Exception{exception},
			want: Judgement{Required: []Finding{required}, Unneeded: []Exception{exception}},
		},
		"accepted, and called once": {
			findings: []Finding{required, called}, exceptions: []Exception{exception},
			want: Judgement{Accepted: []Finding{called}}, ok: true,
		},
	} {
		got := Judge(c.findings, c.exceptions)
		if got.OK() != c.ok {
			t.Errorf("%s: ok %t", name, got.OK())
		}
		if len(got.Unneeded) == 0 {
			got.Unneeded = nil
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
	}
}

func TestExceptionsHaveReasons(t *testing.T) {
	for text, want := range map[string]string{
		`[]`: "", `[{"id":"GO-1","module":"a","reason":"because"}]`: "",
		`[{"id":"GO-1","module":"a","reason":"because"},{"id":"GO-2","module":"a"}]`: "exception 2 lacks its id, module or reason",
		`{}`: "cannot unmarshal object",
	} {
		path := filepath.Join(t.TempDir(), "accepted.json")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadExceptions(path); (err == nil) != (want == "") || err != nil &&
			!strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}
