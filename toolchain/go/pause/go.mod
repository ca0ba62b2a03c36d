module dexie-cloud-kit/toolchain/pause

go 1.24.0
