package ecr

// A document is a text that a repository has or has not: one of its policies.
type document struct {
	text    *string // "" if there is none
	code    string  // of the refusal when there is none
	message string
}

func (d document) set(text string) (string, error) {
	*d.text = text
	return text, nil
}

func (d document) get() (string, error) {
	if *d.text == "" {
		return "", refuse(d.code, "%s", d.message)
	}
	return *d.text, nil
}

// remove returns what was there.
func (d document) remove() (string, error) {
	text, err := d.get()
	*d.text = ""
	return text, err
}

// onDocument does something with a document of the repository that a request names.
func (r *Registry) onDocument(
	c call, in target, of func(*repository) document, do func(document) (string, error),
) (repositoryID, string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	repo, err := in.find(r, c, nil)
	if err != nil {
		return repositoryID{}, "", err
	}
	text, err := do(of(repo))
	return repo.id, text, err
}
