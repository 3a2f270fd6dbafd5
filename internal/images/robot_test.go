package images_test

import "github.com/google/go-containerregistry/pkg/authn"

// robot is the login that protected asks for.
type robot struct{}

func (robot) Authorization() (*authn.AuthConfig, error) {
	return &authn.AuthConfig{Username: "robot", Password: "s3cret"}, nil
}
