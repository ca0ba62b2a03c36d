package main

import (
	"encoding/json"
	"log"
	"net/netip"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// addressBook knows which pod has an address from what the pods' network noted when it gave it out, one file for
// each. The API says the same, but a second later, and still says it of pods that have ended.
type addressBook struct {
	folder, network string

	mutex sync.Mutex
	// read is when the folder had last changed when it was read.
	read time.Time
	pods map[string]string
}

// Two changes that follow each other at once can bear the same time.
const settled = time.Second

// note is what is used of such a file. Its form: https://pkg.go.dev/github.com/containernetworking/cni/libcni.
type note struct {
	CniArgs [][2]string `json:"cniArgs"`
	Result  struct {
		IPs []struct {
			Address netip.Prefix `json:"address"`
		} `json:"ips"`
	} `json:"result"`
}

// LookupPod returns "namespace/name" of the pod that has an address.
func (b *addressBook) LookupPod(address string) (string, bool) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if err := b.refresh(); err != nil {
		log.Printf("who has which address is not known anew: %v", err)
	}
	pod, found := b.pods[address]
	return pod, found
}

// refresh reads the notes again when one was added or removed.
func (b *addressBook) refresh() error {
	folder, err := os.Stat(b.folder)
	if err != nil || folder.ModTime().Equal(b.read) {
		return err
	}
	paths, err := filepath.Glob(filepath.Join(b.folder, b.network+"-*"))
	if err != nil {
		return err
	}
	pods := map[string]string{}
	since := map[string]time.Time{}
	complete := true
	for _, path := range paths {
		found, written, err := readNote(path)
		if err != nil {
			// It is being written, or has just been removed.
			complete = false
			continue
		}
		for _, ip := range found.Result.IPs {
			address := ip.Address.Addr().String()
			// Notes of before a reboot may still be there.
			if written.After(since[address]) {
				pods[address], since[address] = found.pod(), written
			}
		}
	}
	b.pods = pods
	if complete && time.Since(folder.ModTime()) > settled {
		b.read = folder.ModTime()
	}
	return nil
}

func readNote(path string) (found note, written time.Time, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return note{}, time.Time{}, err
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return note{}, time.Time{}, err
	}
	return found, info.ModTime(), json.Unmarshal(content, &found)
}

func (n note) pod() string {
	args := map[string]string{}
	for _, arg := range n.CniArgs {
		args[arg[0]] = arg[1]
	}
	return args["K8S_POD_NAMESPACE"] + "/" + args["K8S_POD_NAME"]
}
