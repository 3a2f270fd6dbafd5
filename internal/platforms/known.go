package platforms

// knownOS returns the operating systems that a filter may name: Go's (its internal/syslist), and what the WebAssembly
// images of Docker are for. More of them change no digest.
func knownOS() []string {
	return []string{
		"linux", "windows", "darwin", "freebsd", "aix", "android", "dragonfly", "hurd", "illumos", "ios", "js", "nacl",
		"netbsd", "openbsd", "plan9", "solaris", "wasi", "wasip1", "zos",
	}
}

// knownArchitectures does the same of architectures.
func knownArchitectures() []string {
	return []string{
		"amd64", "arm64", "arm", "386", "ppc64le", "s390x", "riscv64", "loong64", "mips64le", "mips", "mips64", "mipsle",
		"armbe", "arm64be", "amd64p32", "mips64p32", "mips64p32le", "ppc", "ppc64", "riscv", "s390", "sparc", "sparc64",
		"wasm", "wasm32",
	}
}
