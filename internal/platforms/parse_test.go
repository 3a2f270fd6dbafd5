package platforms_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"ecrmirror/internal/platforms"
)

func TestTwoSpellingsOfAFilterAreOne(t *testing.T) {
	for written, want := range map[string]string{
		"linux/amd64":                          "linux/amd64",
		"linux/arm64 linux/amd64":              "linux/amd64,linux/arm64",
		"linux/arm/v7 linux/arm/v6":            "linux/arm/v6,linux/arm/v7",
		"linux/amd64/v3":                       "linux/amd64/v3",
		"linux/arm64/v8.2 wasi/wasm":           "linux/arm64/v8.2,wasi/wasm",
		"linux/ppc64le/power9":                 "linux/ppc64le/power9",
		"windows/amd64:10.0.2 linux/arm64":     "linux/arm64,windows/amd64:10.0.2",
		"windows/amd64:10.0 windows/amd64:10":  "", // the one is in the other
		"windows/amd64:10.0 windows/amd64:1":   "windows/amd64:1,windows/amd64:10.0",
		"windows/amd64/v1:10 windows/amd64/v2": "windows/amd64/v1:10,windows/amd64/v2",
	} {
		filter, err := platforms.Parse(strings.Fields(written)...)
		if filter.String() != want || (err != nil) != (want == "") || filter.IsZero() != (want == "") {
			t.Errorf("%s: %s, %v", written, filter, err)
		}
	}
	if a, b := filterOf(t, []string{"linux/amd64", "linux/arm64"}), filterOf(t, []string{"linux/amd64"}); a.Equal(b) {
		t.Errorf("%s is %s", a, b)
	}
}

// What is wrong with a filter is said, and what is probably meant.
func TestWrongFilters(t *testing.T) {
	const form = "a platform is OS/ARCHITECTURE[/VARIANT][:OSVERSION]"
	for written, want := range map[string]string{
		"":                              `platform "": it is empty: ` + form,
		"linux":                         `platform "linux": it has no architecture: ` + form,
		"amd64":                         `platform "amd64": it has no operating system (did you mean "linux/amd64"?)`,
		"x86_64":                        `platform "x86_64": it has no operating system (did you mean "linux/amd64"?)`,
		"everything":                    `platform "everything": ` + form,
		"all":                           `platform "all": for all platforms, leave the option out`,
		"linux/*":                       `platform "linux/*": for all platforms, leave the option out`,
		"linux/amd64/v1/x":              `platform "linux/amd64/v1/x": it has 4 parts: ` + form,
		" linux/amd64":                  `platform " linux/amd64": it has white space around it`,
		"linux/":                        `platform "linux/": architecture "" is not known (there are amd64, `,
		"Linux/amd64":                   `platform "Linux/amd64": operating system "Linux" is written "linux"`,
		"macos/arm64":                   `platform "macos/arm64": operating system "macos" is written "darwin"`,
		"linus/amd64":                   `operating system "linus" is not known (did you mean "linux"?)`,
		"unknown/unknown":               `operating system "unknown" is not known (there are linux, `,
		"linux/AMD64":                   `platform "linux/AMD64": architecture "AMD64" is written "amd64"`,
		"linux/aarch64":                 `architecture "aarch64" is written "arm64"`,
		"linux/armhf":                   `architecture "armhf" is written "arm/v7"`,
		"linux/amd46":                   `architecture "amd46" is not known (did you mean "amd64"?)`,
		"linux/arm/":                    `platform "linux/arm/": it ends in a slash`,
		"linux/arm/7":                   `variant "7" is written "v7"`,
		"linux/arm/V7":                  `variant "V7" is written "v7"`,
		"linux/arm/hf":                  `variant "hf" is not known: arm has variants like v7`,
		"linux/amd64/x":                 `variant "x" is not known: amd64 has variants like v1`,
		"linux/amd64/v":                 `variant "v" is not known`,
		"linux/mips/a b":                `variant "a b" has other signs than letters`,
		"linux/arm/v\x88":               `variant "v\x88" has other signs than letters`,
		"linux/mips/SoftFloat":          `variant "SoftFloat" is written "softfloat"`,
		"windows/amd64:":                `platform "windows/amd64:": it ends in a colon`,
		"windows/amd64: 10":             `version " 10" has a blank before it`,
		"windows/amd64:10.0.":           `version "10.0." is written without the dot at its end`,
		"windows/amd64:10\x1b[m":        `version "10\x1b[m" has other signs than letters`,
		"windows(10.0)/amd64":           `one platform is wanted, and a version of the operating system after a colon`,
		"windows/amd64,osver=10.0":      `one platform is wanted, and a version of the operating system after a colon`,
		"linux/amd64,linux/arm64":       `one platform is wanted`,
		strings.Repeat("x", 1000):       `it has 1000 bytes; it may have 100`,
		"linux/amd64\nlinux/amd64":      `platform "linux/amd64": it is there twice`,
		"linux/arm\nlinux/arm/v7":       `platform "linux/arm/v7": linux/arm includes it`,
		"linux/arm/v7\nlinux/arm":       `platform "linux/arm": it includes linux/arm/v7`,
		"linux/x\nlinux/y":              "platform \"linux/x\": architecture \"x\" is not known",
		strings.Repeat("linux/s\n", 50): `51 platforms; there may be 50`,
	} {
		filter, err := platforms.Parse(strings.Split(written, "\n")...)
		if err == nil || !strings.Contains(err.Error(), want) || !filter.IsZero() {
			t.Errorf("%.50s: %v, want %s", written, err, want)
			continue
		}
		checkPrintable(t, err)
	}
	if _, err := platforms.Parse(); err == nil || !strings.Contains(err.Error(), "no platform is named") {
		t.Error(err)
	}
}

func filterOf(t *testing.T, texts []string) platforms.Filter {
	t.Helper()
	filter, err := platforms.Parse(texts...)
	if err != nil {
		t.Fatal(err)
	}
	return filter
}

// FuzzParse has a filter that is taken written and read again as the same.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{"linux/amd64", "linux/arm/v7,linux/arm/v6", "windows/amd64:10.0", "Linux/AMD64", "a", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		filter, err := platforms.Parse(strings.Split(text, ",")...)
		if err != nil {
			checkPrintable(t, err)
			return
		}
		again, err := platforms.Parse(filter.Texts()...)
		if err != nil || !again.Equal(filter) || again.String() != filter.String() {
			t.Errorf("%q is written %q, and read again %q, %v", text, filter, again, err)
		}
	})
}

// checkPrintable checks that an error has nothing for a terminal, and is no longer than what people read.
func checkPrintable(t *testing.T, err error) {
	t.Helper()
	text := err.Error()
	const longest = 800 * (platforms.MaxPlatforms + 1)
	hidden := func(r rune) bool { return r < ' ' && r != '\n' || r == 0x7f || r == utf8.RuneError }
	if text == "" || len(text) > longest || strings.ContainsFunc(text, hidden) {
		t.Errorf("%.200q of %d bytes", text, len(text))
	}
}
