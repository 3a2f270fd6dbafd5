package main

import (
	"path/filepath"

	"ecrmirror/testkit/programs"
)

// The peers.
const (
	regsync = "regsync"
	skopeo  = "skopeo"
)

// byTag begins the settings in which files name every tag, and so know of no new ones. In all others rules choose.
const byTag = "by tag"

// A contestant is a program in one setting.
type contestant struct {
	program, setting string
	slow             bool // it takes many seconds, and has fewer turns
	files            func(selection) []file
	commands         func(call) [][]string // they run at once
}

// A call is what a contestant's commands are made of.
type call struct {
	path  string   // of the program
	files []string // paths of what it is given
	to    string   // the destination's host
}

// contestants are those who mirror, in the order of their turns.
func contestants() []contestant {
	return append([]contestant{
		{program: programs.Ours, setting: programs.ByDefault, files: one(mirrorRules), commands: callMirror},
		{program: programs.Ours, setting: byTag, files: one(mirrorTags), commands: callMirror},
		{program: programs.Ours, setting: byTag + ", 16 jobs", files: one(mirrorTags), commands: callWideMirror},
		regsyncBy(regsyncRules, programs.ByDefault, tuning{}),
		regsyncBy(regsyncRules, "4 wide", tuning{parallel: 4, requests: 32}),
		regsyncBy(regsyncTags, byTag+", 4 wide", tuning{parallel: 4, requests: 4}),
		regsyncBy(regsyncTags, byTag+", 16 wide", tuning{parallel: 16, requests: 16}),
		regsyncBy(regsyncTags, byTag+", 32 wide", tuning{parallel: 32, requests: 32}),
		regsyncBy(regsyncTags, byTag+", 64 wide", tuning{parallel: 64, requests: 64}),
	}, skopeos()...)
}

func skopeos() []contestant {
	whole := func(s selection) []file { return []file{skopeoRules(s, "skopeo.yaml", repositories()...)} }
	return []contestant{
		{program: skopeo, setting: programs.ByDefault, slow: true, files: whole, commands: callSkopeo},
		{program: skopeo, setting: "4 processes", slow: true, files: each(skopeoRules), commands: callSkopeo},
		{program: skopeo, setting: byTag + ", 4 processes", slow: true, files: each(skopeoTags), commands: callSkopeo},
	}
}

// each makes a file of skopeo for each repository.
func each(write func(selection, string, ...string) file) func(selection) []file {
	return func(s selection) (files []file) {
		for _, name := range repositories() {
			files = append(files, write(s, name+".yaml", name))
		}
		return files
	}
}

func one(write func(selection) file) func(selection) []file {
	return func(s selection) []file { return []file{write(s)} }
}

func regsyncBy(write func(selection, tuning) file, setting string, t tuning) contestant {
	return contestant{
		program: regsync, setting: setting, slow: t == tuning{},
		files:    func(s selection) []file { return []file{write(s, t)} },
		commands: func(c call) [][]string { return [][]string{{c.path, "once", "--config", c.files[0]}} },
	}
}

func callMirror(c call) [][]string { return [][]string{{c.path, "sync", c.files[0]}} }

func callWideMirror(c call) [][]string {
	return [][]string{{c.path, "sync", "--jobs", "16", c.files[0]}}
}

// callSkopeo has a process for each file.
func callSkopeo(c call) (commands [][]string) {
	for _, f := range c.files {
		commands = append(commands, []string{
			c.path, "sync", "--insecure-policy", "--src", "yaml", "--dest", "docker", "--all", "--preserve-digests",
			"--dest-tls-verify=false", f, c.to + "/" + filepath.Dir(destinationName("any")),
		})
	}
	return commands
}
