// Fills this server's own address into the example.

for (const id of ["origin", "base-url"]) document.getElementById(id).textContent = location.origin;
