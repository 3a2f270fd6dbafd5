package platforms_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/opencontainers/go-digest"
)

// maker makes random indexes of all kinds, written in all ways.
type maker struct{ *rand.Rand }

func (m maker) one(texts ...string) string { return texts[m.IntN(len(texts))] }

// blank is white space that may stand anywhere between values.
func (m maker) blank() string {
	return m.one("", "", "", " ", "\n", "\r\n", "\t", "\n\n   ", " \t \r\n")
}

// text writes a text, with escapes that are not needed.
func (m maker) text(s string) string {
	raw, _ := json.Marshal(s)
	written := string(raw)
	if m.IntN(6) == 0 && len(s) > 0 && s[0] < 0x80 && s[0] != '"' && s[0] != '\\' {
		written = fmt.Sprintf(`"\u%04x%s`, s[0], written[2:])
	}
	return strings.ReplaceAll(written, "/", m.one("/", "/", `\/`))
}

// object writes members in any order.
func (m maker) object(members map[string]string) string {
	names := make([]string, 0, len(members))
	for name := range members {
		names = append(names, name)
	}
	slices.Sort(names)
	m.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	parts := make([]string, 0, len(names))
	for _, name := range names {
		parts = append(parts, m.blank()+m.text(name)+m.blank()+":"+m.blank()+members[name]+m.blank())
	}
	if len(parts) == 0 {
		return "{" + m.blank() + "}"
	}
	return "{" + strings.Join(parts, ",") + "}"
}

// digest is one of some, so that attestations have targets.
func (m maker) digest() string { return digest.FromString(fmt.Sprint(m.IntN(12))).String() }

func (m maker) platform() string {
	if m.IntN(12) == 0 {
		return m.one("null", "{}")
	}
	members := map[string]string{"x": m.one("1", `{"os":"linux"}`, `["os"]`)}
	add := func(name string, texts ...string) {
		if text := m.one(texts...); text != "" {
			members[name] = m.text(text)
		}
	}
	add("os", "linux", "linux", "linux", "windows", "darwin", "macos", "Linux", "unknown", "Unknown", "")
	add("architecture", "amd64", "amd64", "arm64", "arm", "aarch64", "x86_64", "armhf", "armel", "i386", "unknown", "")
	add("variant", "", "", "v1", "v2", "v7", "7", "8", "V8", "v6")
	add("os.version", "", "", "10.0.20348.1", "10.0.2", "macOS 14.1")
	return m.object(members)
}

func (m maker) annotations() string {
	members := map[string]string{"note": m.text(m.one(`"}],\`, "[", "é\u2028", ""))}
	if m.IntN(2) == 0 {
		members["vnd.docker.reference.type"] = m.text(m.one("attestation-manifest", "attestation-manifest", "other", ""))
	}
	if m.IntN(2) == 0 {
		members["vnd.docker.reference.digest"] = m.text(m.one(m.digest(), m.digest(), "latest", ""))
	}
	return m.object(members)
}

func (m maker) element() string {
	members := map[string]string{
		"digest": m.text(m.digest()), "size": fmt.Sprint(m.IntN(5000)),
		"mediaType": m.text(m.one("application/vnd.oci.image.manifest.v1+json",
			"application/vnd.docker.distribution.manifest.v2+json", "application/vnd.oci.image.manifest.v1+json",
			"application/vnd.oci.image.index.v1+json", "application/x")),
	}
	if m.IntN(8) > 0 {
		members["platform"] = m.platform()
	}
	if m.IntN(3) == 0 {
		members["annotations"] = m.annotations()
	}
	if m.IntN(8) == 0 {
		members["manifests"] = m.one("[]", "[ {} , 1 ]", `"]"`)
	}
	return m.object(members)
}

// index makes an index of up to 12 elements.
func (m maker) index() []byte {
	var elements []string
	for range m.IntN(13) {
		elements = append(elements, m.blank()+m.element()+m.blank())
	}
	members := map[string]string{
		"schemaVersion": "2",
		"manifests":     "[" + strings.Join(elements, ",") + m.blank() + "]",
		"annotations":   m.object(map[string]string{"manifests": m.text("[]")}),
	}
	if m.IntN(2) == 0 {
		members["mediaType"] = m.text("application/vnd.oci.image.index.v1+json")
	}
	if m.IntN(3) == 0 {
		members["x"] = m.one(`{"manifests":[{}]}`, "1.0e5", `[[],"["]`)
	}
	return []byte(m.blank() + m.object(members) + m.blank())
}

// filter makes a filter of up to three platforms that have nothing in common.
func (m maker) filter() []string {
	all := []string{
		m.one("linux/amd64", "linux/amd64/v1", "linux/amd64/v2"), m.one("linux/arm64", "linux/arm64/v8"),
		m.one("linux/arm", "linux/arm/v7", "linux/arm/v6"), "darwin/arm64", "linux/386",
		m.one("windows/amd64", "windows/amd64:10.0", "windows/amd64:10.0.20348"), "darwin/amd64:macOS 14",
	}
	m.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all[:1+m.IntN(3)]
}
