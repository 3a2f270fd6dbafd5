package signatures_test

import (
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"
)

const signatureType = "application/vnd.dev.cosign.simplesigning.v1+json"

func TestAttachedSignatures(t *testing.T) {
	many := make([]string, 129)
	for i := range many {
		many[i] = fmt.Sprint("payload ", i)
	}
	big := strings.Repeat("x", 64<<10)
	for _, c := range []struct {
		name   string
		attach func(*signer)
		found  int
		err    string
	}{
		{"none", func(*signer) {}, 0, ""},
		{
			"some", func(s *signer) { s.attach(signatureType, `{"dev.cosignproject.cosign/signature":"x"}`, "a", "b") }, 2,
			"",
		},
		{"no annotations", func(s *signer) { s.attach(signatureType, "null", "a") }, 1, ""},
		{"others, which are not read", func(s *signer) {
			s.attach("application/vnd.dsse.envelope.v1+json", "{}", "a")
			delete(s.files, "/v2/app/blobs/"+digest.FromString("a").String())
		}, 1, ""},
		{"as many as there may be", func(s *signer) { s.attach(signatureType, "{}", many[1:]...) }, 128, ""},
		{"too many", func(s *signer) { s.attach(signatureType, "{}", many...) }, 0, "more than 128 signatures"},
		{"of empty objects", func(s *signer) {
			s.attachManifest(`{"layers":[` + strings.Repeat("{},", 300_000) + `{}]}`)
		}, 0, "more than 128 signatures"},
		{"large", func(s *signer) { s.attach(signatureType, "{}", big) }, 1, ""},
		{
			"too large", func(s *signer) { s.attach(signatureType, "{}", big+"x") }, 0,
			"65537 bytes of signatures, more than 65536",
		},
		{"too large in all", func(s *signer) {
			s.attach(signatureType, "{}", append(slices.Repeat([]string{big}, 16), "x")...)
		}, 0, "1 bytes of signatures, more than 0"},
		{
			"a manifest that is too large", func(s *signer) { s.attachManifest(strings.Repeat(" ", 1<<20) + "{}") }, 0,
			"a manifest of 1048578 bytes, more than 1048576",
		},
		{"many annotations", func(s *signer) {
			var list []string
			for i := range 1000 {
				list = append(list, fmt.Sprintf(`"org.example/%d":"x"`, i))
			}
			s.attach(signatureType, "{"+strings.Join(list, ",")+"}", "a")
		}, 1, ""},
		{"too many annotations", func(s *signer) {
			var list []string
			for i := range 40 {
				list = append(list, fmt.Sprintf(`"dev.sigstore.cosign/%d":"x"`, i))
			}
			s.attach(signatureType, "{"+strings.Join(list, ",")+"}", "a")
		}, 0, "more than 32 annotations"},
		{"another content", func(s *signer) {
			s.attach(signatureType, "{}", "a")
			s.files["/v2/app/blobs/"+digest.FromString("a").String()] = "b"
		}, 0, "what came is sha256:"},
		{"gone", func(s *signer) {
			s.attach(signatureType, "{}", "a")
			delete(s.files, "/v2/app/blobs/"+digest.FromString("a").String())
		}, 0, "404"},
		{"no digest", func(s *signer) {
			s.attachManifest(`{"layers":[{"mediaType":"` + signatureType + `","digest":"x"}]}`)
		}, 0, "invalid checksum digest"},
		{"no layers", func(s *signer) { s.attachManifest(`{"layers":{}}`) }, 0, "{ instead of ["},
		{"no JSON", func(s *signer) { s.attachManifest(`<html>`) }, 0, "invalid character"},
		{"another media type", func(s *signer) {
			s.attach(signatureType, "{}", "a")
			for at := range s.types {
				if strings.HasSuffix(at, ".sig") {
					s.types[at] = "text/html"
				}
			}
		}, 0, `media type "text/html" instead of`},
	} {
		s := newSigner(t)
		c.attach(s)
		kinds, err := s.read(t, "")
		if kinds["sigstore-json"] != c.found || (err == nil) != (c.err == "") || err != nil &&
			!strings.Contains(err.Error(), c.err) {
			t.Errorf("%s: %v, %v; want %d, %q", c.name, kinds, err, c.found, c.err)
		}
	}
}

// places writes a file that says where signatures are, and returns its directory.
func places(t *testing.T, content string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.yaml"), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestSignaturesAreWhereTheFilesSay(t *testing.T) {
	s := newSigner(t)
	host := strings.TrimPrefix(s.URL, "http://")
	s.attach(signatureType, "{}", "a")
	at := "/base/app@" + strings.Replace(digest.FromString(anImage).String(), ":", "=", 1)
	s.files[at+"/signature-1"], s.files[at+"/signature-2"], s.files[at+
		"/signature-4"] = "\x88one", "\x00sigstore-json\n{}", "\x88four"
	onDisk := t.TempDir()
	dir := filepath.Join(onDisk, strings.TrimPrefix(at, "/base/"))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "signature-1"), []byte("\x88one"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		files    string
		simple   int
		sigstore int
		err      string
	}{
		{"{}", 0, 0, ""},
		{"default-docker: {use-sigstore-attachments: true}", 0, 1, ""},
		{
			"default-docker: {use-sigstore-attachments: true}\ndocker: {HOST: {use-sigstore-attachments: false}}", 0, 0,
			"",
		},
		{"docker: {HOST: {use-sigstore-attachments: false}, HOST/app: {use-sigstore-attachments: true}}", 0, 1, ""},
		{"docker: {HOST/other: {use-sigstore-attachments: true}}", 0, 0, ""},
		{"default-docker: {lookaside: http://HOST/base}", 1, 1, ""},
		{"default-docker: {sigstore: http://HOST/base, use-sigstore-attachments: true}", 1, 2, ""},
		{"default-docker: {lookaside: http://HOST/elsewhere}", 0, 0, ""},
		{"default-docker: {lookaside: file://" + onDisk + "}", 1, 0, ""},
		{"default-docker: {lookaside: ftp://HOST/base}", 0, 0, "not read by the scheme of ftp://"},
		{
			"default-docker: {lookaside: http://registry.example.com/base}", 0, 0,
			"is to be reached by plain HTTP, and is not an insecure registry",
		},
		{"default-docker: {lookaside: https://169.254.169.254/base}", 0, 0, "credentials for this machine"},
		{"default-docker: [", 0, 0, "a.yaml"},
	} {
		files := strings.ReplaceAll(c.files, "HOST", host)
		kinds, err := s.read(t, places(t, files))
		if kinds["simple-signing"] != c.simple || kinds["sigstore-json"] != c.sigstore ||
			(err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s: %v, %v", files, kinds, err)
		}
	}
}

func TestSignaturesThatTheRegistryKeeps(t *testing.T) {
	s := newSigner(t)
	s.keeps = true
	content := base64.StdEncoding.EncodeToString([]byte("\x88one"))
	at := "/extensions/v2/app/signatures/" + digest.FromString(anImage).String()
	for _, c := range []struct {
		list  string
		found int
		err   string
	}{
		{`{"signatures":[{"schemaVersion":2,"name":"x","type":"atomic","content":"` + content +
			`"},{"schemaVersion":3,"type":"atomic"},{"schemaVersion":2,"type":"x"}]}`, 1, ""},
		{`{}`, 0, ""},
		{`{"signatures":[` + strings.TrimSuffix(strings.Repeat(`{"schemaVersion":2,"type":"atomic"},`, 129),
			",") + `]}`, 0, "more than 128 signatures"},
		{`{"signatures":7}`, 0, "7 instead of ["},
		{strings.Repeat(" ", 1<<20+1), 0, "more than 1048576 bytes"},
		{"", 0, "404"},
	} {
		s.files[at] = c.list
		if c.list == "" {
			delete(s.files, at)
		}
		kinds, err := s.read(t, "")
		if kinds["simple-signing"] != c.found || (err == nil) != (c.err == "") || err != nil &&
			!strings.Contains(err.Error(), c.err) {
			t.Errorf("%.100s: %v, %v", c.list, kinds, err)
		}
	}
}

// Where signatures lead gets no login, on whichever port it is; a lookaside gets the one that its URL has.
func TestSignaturesLeadNoLoginAway(t *testing.T) {
	away := newSigner(t)
	s := newSigner(t)
	s.attach(signatureType, "{}", "a")
	for at, content := range s.files {
		if strings.HasSuffix(at, ".sig") || strings.Contains(at, "/blobs/") {
			away.files[at], away.types[at] = content, s.types[at]
			s.files[at] = away.URL + at
		}
	}
	s.wants = "Basic cm9ib3Q6czNjcmV0"
	auths := fmt.Appendf(nil, `{"auths":{%q:{"auth":"cm9ib3Q6czNjcmV0"}}}`, strings.TrimPrefix(s.URL, "http://"))
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	home := os.Getenv("HOME")
	if err := os.Mkdir(filepath.Join(home, ".docker"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(home, ".docker/config.json"), auths, 0o600); err != nil {
		t.Fatal(err)
	}
	if kinds, err := s.read(t, ""); err != nil || kinds["sigstore-json"] != 1 {
		t.Errorf("%v, %v", kinds, err)
	}
	if len(away.sent) > 0 {
		t.Errorf("another host was sent %q", away.sent)
	}
	aside := newSigner(t)
	t.Setenv("HOME", home)
	aside.wants = "Basic dXNlcjpwdw=="
	aside.files["/app@"+strings.Replace(digest.FromString(anImage).String(), ":", "=", 1)+"/signature-1"] = "\x88one"
	dir := places(t, "default-docker: {lookaside: "+strings.Replace(aside.URL, "http://", "http://user:pw@", 1)+"}")
	if kinds, err := s.read(t, dir); err != nil || kinds["simple-signing"] != 1 {
		t.Errorf("%v, %v", kinds, err)
	}
	aside.wants = "Basic other"
	if _, err := s.read(t, dir); err == nil || strings.Contains(err.Error(), "pw") {
		t.Errorf("%v", err)
	}
}

func TestSignaturesNeedAPlaceForAMoment(t *testing.T) {
	if _, err := os.Stat("/dev/shm"); err == nil {
		s := newSigner(t)
		s.attach(signatureType, "{}", "a")
		t.Setenv("TMPDIR", filepath.Join(t.TempDir(), "none"))
		if kinds, err := s.read(t, ""); err != nil || kinds["sigstore-json"] != 1 {
			t.Errorf("in memory: %v, %v", kinds, err)
		}
	}
}
