package cli

import "testing"

func TestWrap(t *testing.T) {
	const text = "Say for each destination\nwhat is to be done.\n\n  a table      stays as it is\n  and so does this " +
		"line\nThe end."
	for width, want := range map[int]string{
		0: text,
		80: "Say for each destination what is to be done.\n\n  a table      stays as it is\n  and so does this " +
			"line\nThe end.",
		20: "Say for each\ndestination what is\nto be done.\n\n  a table      stays as it is\n  and so does this " +
			"line\nThe end.",
		1: "Say\nfor\neach\ndestination\nwhat\nis\nto\nbe\ndone.\n\n  a table      stays as it is\n  and so does " +
			"this line\nThe\nend.",
	} {
		if got := wrap(text, width); got != want {
			t.Errorf("%d columns:\n%s", width, got)
		}
	}
}

func TestFlagLines(t *testing.T) {
	const lines = "  -h, --help           help for prog\n      --role A=B[#C]   A=B[#C]: the role by which the " +
		"account is reached\n"
	const want = `  -h, --help
          help for prog
      --role A=B[#C]
          A=B[#C]: the role by
          which the account is
          reached
`
	if got := flagLines(lines, 32); got != want {
		t.Errorf("%s", got)
	}
	if got := flagLines(lines, 0); got != lines {
		t.Errorf("%s", got)
	}
}

func TestHanging(t *testing.T) {
	for width, want := range map[int]string{
		0:  "  put  Write the entry of a source\n",
		20: "  put  Write the\n       entry of a\n       source\n",
	} {
		if got := hanging("  put  ", "Write the entry of a source", width); got != want {
			t.Errorf("%d columns:\n%s", width, got)
		}
	}
}
