package platforms

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"ecrmirror/internal/spelling"
)

const form = "a platform is OS/ARCHITECTURE[/VARIANT][:OSVERSION]"

// checkForm finds what is another form than ours, such as those of other programs.
func checkForm(text string) error {
	const longest = 100 // bytes
	switch {
	case text == "":
		return fmt.Errorf("it is empty: %s", form)
	case len(text) > longest:
		return fmt.Errorf("it has %d bytes; it may have %d", len(text), longest)
	case lower(text) == "all" || strings.Contains(text, "*"):
		return errors.New("for all platforms, leave the option out")
	case strings.ContainsAny(text, "(,="): // containerd's windows(10.0.20348)/amd64, regctl's windows/amd64,osver=10
		return fmt.Errorf("one platform is wanted, and a version of the operating system after a colon: %s", form)
	case strings.TrimSpace(text) != text:
		return errors.New("it has white space around it")
	}
	return nil
}

// halfError says what is missing where one name stands alone.
func halfError(name string) error {
	if slices.Contains(knownOS(), lower(name)) {
		return fmt.Errorf("it has no architecture: %s", form)
	}
	if architecture, _ := usualArchitecture(lower(name)); slices.Contains(knownArchitectures(), architecture) {
		return fmt.Errorf("it has no operating system (did you mean %q?)", "linux/"+architecture)
	}
	return errors.New(form)
}

func checkOS(name string) error {
	switch usual := usualOS(lower(name)); {
	case slices.Contains(knownOS(), name):
		return nil
	case slices.Contains(knownOS(), usual):
		return fmt.Errorf("operating system %q is written %q", name, usual)
	}
	return fmt.Errorf("operating system %q is not known%s", name, spelling.Meant(name, knownOS()...))
}

func checkArchitecture(name string) error {
	usual, variant := usualArchitecture(lower(name))
	switch {
	case slices.Contains(knownArchitectures(), name):
		return nil
	case slices.Contains(knownArchitectures(), usual):
		return fmt.Errorf("architecture %q is written %q", name, strings.TrimSuffix(usual+"/"+variant, "/"))
	}
	return fmt.Errorf("architecture %q is not known%s", name, spelling.Meant(name, knownArchitectures()...))
}

// checkVariant takes any word in lower case: v6, v8.2, power9. Those of ARM and x86-64 are a v and a number.
func checkVariant(architecture, name string) error {
	switch normal := (Platform{Architecture: architecture, Variant: name}).normal().Variant; {
	case name == "":
		return errors.New("it ends in a slash")
	case strings.Trim(lower(name), "abcdefghijklmnopqrstuvwxyz0123456789._-") != "":
		return fmt.Errorf("variant %q has other signs than letters, digits and ._-", name)
	case normal != name:
		return fmt.Errorf("variant %q is written %q", name, normal)
	}
	number, hasV := strings.CutPrefix(name, "v")
	if usualVariant(architecture) != "" && (!hasV || number == "" || strings.Trim(number, "0123456789.") != "") {
		return fmt.Errorf("variant %q is not known: %s has variants like %s", name, architecture,
			usualVariant(architecture))
	}
	return nil
}

// checkVersion takes what Windows has, 10.0.20348, and what Homebrew writes: "macOS 14", "Ubuntu 22.04.5 LTS".
func checkVersion(version string) error {
	switch {
	case version == "":
		return errors.New("it ends in a colon")
	case strings.HasSuffix(version, "."):
		return fmt.Errorf("version %q is written without the dot at its end", version)
	case strings.HasPrefix(version, " "):
		return fmt.Errorf("version %q has a blank before it", version)
	case strings.ContainsFunc(version, func(r rune) bool {
		return !strings.ContainsRune(". _-", r) && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	}):
		return fmt.Errorf("version %q has other signs than letters, digits, blanks and ._-", version)
	}
	return nil
}
